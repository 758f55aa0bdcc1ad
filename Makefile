# A bare `make` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help run test test-rust test-node test-python conform test-postgres test-slow dist bench bench-gate bench-baseline bench-flame check fmt lint lean arch golden

DIGLOT := target/release/diglot
# What tests need and no binary for use has.
TESTING := gateway/testing,storage/testing,users/testing
TARGET := $${CARGO_TARGET_DIR:-$(CURDIR)/target}
# The program as the tests know it.
UNDER_TEST := $(TARGET)/debug/diglot-under-test

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Mails of `make run` are files, with links to it. (What the environment says beats this. Whoever has settings of its own has its own [mail].)
ifndef DIGLOT_CONFIG
run: export DIGLOT_MAIL__TRANSPORT ?= file
run: export DIGLOT_MAIL__SENDER ?= diglot <diglot@localhost>
run: export DIGLOT_MAIL__PUBLIC_URL ?= http://$(if $(findstring ::1,$(DIGLOT_SERVER__BIND)),[::1],127.0.0.1):$(or $(lastword $(subst :, ,$(DIGLOT_SERVER__BIND))),8080)
endif
run: ## Build diglot and serve data/diglot.db, made at the first start; mails become files in data/mail
	flags=$$(.ci/prepare run) && cargo build --locked --release -p gateway $$flags
	@$(DIGLOT) init --if-needed
	$(DIGLOT) serve

test: test-rust test-postgres test-node test-python ## Run every test but the long ones

test-rust: ## Run those of Rust alone
	flags=$$(.ci/prepare test) && cargo test --locked --workspace --features $(TESTING) $$flags

test-node: ## Have the API documents linted, and their page tried in a real browser
	flags=$$(.ci/prepare test) && cargo test --locked --workspace --features $(TESTING) $$flags --no-run
	browser=$$(.ci/prepare node) && CHROMIUM=$$browser DIGLOT=$(UNDER_TEST) node --test tests/node/*.test.mjs

test-python: SIZE = short
test-python: ## Have tools that nobody here wrote read the API documents, and call both APIs by them
conform: SIZE = long
conform: ## The same with 20,000 calls of each API
test-python conform:
	flags=$$(.ci/prepare test) && cargo test --locked --workspace --features $(TESTING) $$flags --no-run
	.ci/prepare python && tests/conform/.venv/bin/python tests/conform $(SIZE) $(UNDER_TEST) $(TARGET)/conform

test-postgres: ## Run the acceptance suite on PostgreSQL
	flags=$$(.ci/prepare test) && SUITE_STORE=postgres cargo test --locked -p tests --features $(TESTING) $$flags

test-slow: test-postgres ## Run the long tests as well
	flags=$$(.ci/prepare test) && cargo test --locked --workspace --features $(TESTING) $$flags -- --include-ignored

dist: ## Build diglot as it is to be served, for what servers do: target/trained/diglot
	.ci/prepare bench
	flags=$$(.ci/prepare build) && python3 bench/trained.py --without-ceiling -- $$flags

bench: ## Measure beside the ceiling and the peers; USERS=1000000 and SECTIONS="reads lists" as you like
	.ci/prepare bench
	flags=$$(.ci/prepare build) && python3 bench/trained.py -- $$flags
	CARGO_TARGET_DIR=$(TARGET)/bench cargo build --locked --release --manifest-path bench/ceiling/Cargo.toml
	python3 bench/bench.py --users $${USERS:-100000} $${SECTIONS:-}

bench-gate: ARGUMENTS =
bench-gate: ## Count the instructions of reads in callgrind; fails where one takes 5% more than the baseline
bench-baseline: ARGUMENTS = --write
bench-baseline: ## Make what is counted now the baseline
bench-gate bench-baseline:
	flags=$$(.ci/prepare build) && cargo build --locked --release -p gateway $$flags
	.ci/prepare gate
	python3 bench/gate.py $(ARGUMENTS)

bench-flame: ## Draw where a read's time goes into docs/profile.svg (Linux, with perf)
	flags=$$(.ci/prepare build) && cargo build --locked --release -p gateway $$flags
	.ci/prepare bench
	python3 bench/flame.py docs/profile.svg

check: fmt lint arch lean test ## Everything that must hold before a commit

fmt: ## Check the format
	cargo fmt --check

lint: ## Check with clippy: with the features for tests, without them, and without PostgreSQL
	flags=$$(.ci/prepare build) && cargo clippy --locked --workspace --all-targets --features $(TESTING) $$flags -- -D warnings
	flags=$$(.ci/prepare build) && cargo clippy --locked --workspace --lib --bins $$flags -- -D warnings
	cargo clippy --locked -p gateway -p storage --lib --bins --no-default-features -- -D warnings

lean: ## Build the program without PostgreSQL, and see that it runs
	cargo run --locked -q -p gateway --no-default-features -- --version

arch: ## Check the rules of docs/architecture.md
	@.ci/arch

golden: ## Write the golden answers anew; read the difference before you commit it
	flags=$$(.ci/prepare build) && GOLDEN=write cargo test --locked -p tests --features $(TESTING) $$flags -- golden openapi::published deployment::map
