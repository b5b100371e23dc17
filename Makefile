# oomwhy: why did this JVM run out of memory?
#
#   make            the program, build/oomwhy
#   make test       unit tests, golden command-line cases, layer check
#   make STRICT=1   warnings are errors: before every commit, gcc and clang
#   make asan       (alone or before test) build and test with ASan and UBSan
#   make fuzz       replay drivers of the fuzz targets, over the seed inputs
#   make check-shared   the checks that need ../shared; skipped without it
#   make leave-one-out   verdicts on deaths of ../shared with files missing
#   make bench      what reading large dumps costs; makes them with Java first
#   make check-layers, make format, make install PREFIX= DESTDIR=, make clean

VERSION  := 0.1.0
CC       ?= cc
BUILD    ?= build
PREFIX   ?= /usr/local
SHARED   ?= ../shared

WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
            -Wno-sign-conversion -Wstrict-prototypes -Wvla
# Warnings are errors for whoever changes the code, with a compiler of the
# day. Elsewhere another compiler may warn of what is right, or of what nobody
# could know of, and that is no reason not to build.
ifneq ($(STRICT),)
WARN     += -Werror
endif
CFLAGS   ?= -O2 -g
CFLAGS_  := -std=c11 $(WARN) -Isrc -I. -DOOMWHY_VERSION='"$(VERSION)"' -pthread
# Bitmaps are everywhere, and without this a population count is a call.
ifneq ($(filter x86_64%,$(shell $(CC) -dumpmachine)),)
CFLAGS_  += -mpopcnt
endif
LIBS     := -lz -ldeflate -lcrypto -lsqlite3 -larchive -lm -pthread
# musl has no fts of its own.
ifneq ($(findstring musl,$(shell $(CC) -dumpmachine)),)
LIBS     += -lfts
endif
ALLOC    := -ljemalloc

# `make asan` and `make asan test` build beside the ordinary objects.
# The sanitizers bring their own malloc, so jemalloc stays out.
ifneq ($(filter asan,$(MAKECMDGOALS)),)
BUILD    := build/asan
CFLAGS_  += -fsanitize=address,undefined -fno-sanitize-recover=all \
            -fno-omit-frame-pointer
LIBS     += -fsanitize=address,undefined
ALLOC    :=
endif

# Lowest first: a file includes its own folder and folders to its left.
# hprof and nmt never see each other, and graph never sees nmt.
LAYERS   := src/base hprof nmt src/graph src/judge src/report src/fleet src/tool

sources   = $(wildcard $(1)/*.c)
objects   = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIBRARY  := $(call objects,$(foreach l,$(filter-out src/tool,$(LAYERS)),$(call sources,$(l))))
TOOL     := $(call objects,$(call sources,src/tool))
SUITES   := $(patsubst tests/unit/%,%,$(wildcard tests/unit/*))
FUZZERS  := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

all: $(BUILD)/oomwhy

# One archive a layer: a suite links its own layer and those below.
archive   = $(BUILD)/$(notdir $(1)).a
define layer_rule
$(call archive,$(1)): $(call objects,$(call sources,$(1)))
	@rm -f $$@
	$$(AR) rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l))))

# Archives in link order, highest first, for a suite named after a layer.
below     = $(if $(filter base,$(1)),base,$(if $(filter hprof,$(1)),hprof base,\
            $(if $(filter nmt,$(1)),nmt base,$(if $(filter graph,$(1)),graph hprof base,\
            $(if $(filter judge,$(1)),judge graph nmt hprof base,\
            $(if $(filter report,$(1)),report judge graph nmt hprof base,\
            $(if $(filter fleet,$(1)),fleet report judge graph nmt hprof base,\
            tool fleet report judge graph nmt hprof base)))))))
archives  = $(foreach l,$(call below,$(1)),$(BUILD)/$(l).a)

$(BUILD)/oomwhy: $(call archives,tool)
	$(CC) $(CFLAGS) $(CFLAGS_) $(LDFLAGS) -o $@ -Wl,--whole-archive \
	    $(BUILD)/tool.a -Wl,--no-whole-archive $(call archives,fleet) \
	    $(ALLOC) $(LIBS)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CFLAGS_) $(CPPFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# ---- tests ---------------------------------------------------------------

# tests/unit/LAYER/*.c make one Check program; tests/support is for all:
# an archive, so that a suite links only the builders it uses. Check would end
# a test after 4 s, which some take on a busy machine, or with sanitizers.
SUPPORT  := $(BUILD)/support.a
$(SUPPORT): $(call objects,$(wildcard tests/support/*.c))
	@rm -f $@
	$(AR) rcs $@ $^
define suite_rule
$(BUILD)/test-$(1): $(call objects,$(wildcard tests/unit/$(1)/*.c)) $(SUPPORT) $(call archives,$(1))
	$$(CC) $$(CFLAGS) $$(CFLAGS_) $$(LDFLAGS) -o $$@ $$^ -lcheck -lsubunit -lrt $$(LIBS)
test-$(1): $(BUILD)/test-$(1)
	CK_DEFAULT_TIMEOUT=120 $(BUILD)/test-$(1)
.PHONY: test-$(1)
endef
$(foreach s,$(SUITES),$(eval $(call suite_rule,$(s))))

test: check-layers unit golden fuzz

unit: $(addprefix test-,$(SUITES))

# Graphs of 10^7 nodes in the shapes that break algorithms: a minute and a
# half, 4 GB; not part of `make test`.
BIG      := $(patsubst tests/big/%.c,%,$(wildcard tests/big/*.c))
define big_rule
$(BUILD)/big-$(1): $(BUILD)/obj/tests/big/$(1).o $(SUPPORT) $(call archives,graph)
	$$(CC) $$(CFLAGS) $$(CFLAGS_) $$(LDFLAGS) -o $$@ $$^ $$(LIBS)
endef
$(foreach b,$(BIG),$(eval $(call big_rule,$(b))))
test-big: $(addprefix $(BUILD)/big-,$(BIG))
	@for b in $(BIG); do $(BUILD)/big-$$b || exit 1; done

golden: $(BUILD)/oomwhy
	tests/cli/run $(BUILD)/oomwhy

asan: $(BUILD)/oomwhy

# BENCH names dumps of tests/bench/make-dumps.sh; without it all of them.
bench: $(BUILD)/oomwhy
	tests/bench/bench.sh $(BUILD)/oomwhy $(BENCH)

# Each fuzz target has one entry, LLVMFuzzerTestOneInput; here it is linked
# with a driver that replays files. `make libfuzzer CC=clang` explores.
define fuzz_rule
$(BUILD)/$(1): $(BUILD)/obj/tests/fuzz/$(1).o $(BUILD)/obj/tests/fuzz/replay.o $(SUPPORT) $(call archives,report)
	$$(CC) $$(CFLAGS) $$(CFLAGS_) $$(LDFLAGS) -o $$@ $$^ -lcheck -lsubunit -lrt $$(LIBS)
endef
$(foreach f,$(FUZZERS),$(eval $(call fuzz_rule,$(f))))

fuzz: $(addprefix $(BUILD)/,$(FUZZERS))
	@for f in $(FUZZERS); do $(BUILD)/$$f tests/fuzz/seeds samples || exit 1; done

check-shared: $(BUILD)/oomwhy
	@if [ -d $(SHARED)/tools ]; then \
	    $(SHARED)/tools/check-corpus $(BUILD)/oomwhy; \
	    $(SHARED)/tools/check-oracle $(BUILD)/oomwhy; \
	    $(SHARED)/tools/score-evidence $(BUILD)/oomwhy; \
	else echo "SKIPPED check-shared: no $(SHARED)/tools here"; fi

# Every case of ../shared/evidence without each of its files, then subsets of
# them: some thousand runs, a quarter of an hour.
leave-one-out: $(BUILD)/oomwhy
	tests/leave-one-out $(BUILD)/oomwhy $(SHARED)/evidence
	tests/leave-one-out $(BUILD)/oomwhy $(SHARED)/evidence --subsets 5

include samples/labs/lab.mk

# ---- the house -------------------------------------------------------------

check-layers:
	@tests/check-layers $(LAYERS)

FORMATTED = $(shell git ls-files '*.c' '*.h')
format:
	clang-format -i $(FORMATTED)
check-format:
	clang-format --dry-run -Werror $(FORMATTED)

install: $(BUILD)/oomwhy install-samples
	install -D -m 755 $(BUILD)/oomwhy $(DESTDIR)$(PREFIX)/bin/oomwhy
	install -D -m 644 docs/oomwhy.1 $(DESTDIR)$(PREFIX)/share/man/man1/oomwhy.1

clean:
	rm -rf build

.PHONY: all test test-big unit golden asan bench fuzz check-shared leave-one-out \
        check-layers format check-format install clean
