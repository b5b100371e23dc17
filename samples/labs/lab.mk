# lab.mk - the drill labs: `make lab-NAME` lets a program die for real and
# asks oomwhy why; `make labs` does all of them, in some four minutes.
# JAVA_HOME chooses the JDK, KEEP=DIR keeps what was captured, CAPTURE=y lets
# `oomwhy capture` take the snapshots.

LABS     := $(shell cut -f 1 samples/labs/LABS)

$(addprefix lab-,$(LABS)): lab-%: $(BUILD)/oomwhy
	@samples/labs/lab $(BUILD)/oomwhy $*

# One after the other: they measure a machine.
labs: $(BUILD)/oomwhy
	@bad=; for l in $(LABS); do \
	    samples/labs/lab $(BUILD)/oomwhy $$l || bad="$$bad $$l"; done; \
	[ -z "$$bad" ] || { echo "labs: failed:$$bad"; exit 1; }

# Where the installed program looks for the cases of `oomwhy drill`.
install-samples:
	@cut -f 1 samples/EXPECT | while read -r c; do \
	    find samples/$$c -type f -exec install -D -m 644 {} \
	        $(DESTDIR)$(PREFIX)/share/oomwhy/{} \; ; done
	install -m 644 samples/EXPECT $(DESTDIR)$(PREFIX)/share/oomwhy/samples
	cd samples && for f in labs/LABS labs/*/README.md; do \
	    install -D -m 644 $$f $(DESTDIR)$(PREFIX)/share/oomwhy/samples/$$f; \
	    done

.PHONY: labs install-samples $(addprefix lab-,$(LABS))
