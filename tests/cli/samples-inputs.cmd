oomwhy inputs "$ROOT/samples/healthy"
