# A bare `make` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help run test test-slow check fmt lint arch golden

DIGLOT := target/release/diglot

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build diglot and serve data/diglot.db, made at the first start
	cargo build --locked --release -p gateway
	@$(DIGLOT) init || [ $$? -eq 1 ]
	$(DIGLOT) serve

test: ## Run every test but the long ones
	cargo test --locked --workspace --all-features

test-slow: ## Run the long tests as well
	cargo test --locked --workspace --all-features -- --include-ignored

check: fmt lint arch test ## Everything that must hold before a commit

fmt: ## Check the format
	cargo fmt --check

lint: ## Check with clippy, with and without the features for tests
	cargo clippy --locked --workspace --all-targets --all-features -- -D warnings
	cargo clippy --locked --workspace --lib --bins -- -D warnings

arch: ## Check the rules of docs/architecture.md
	@.ci/arch

golden: ## Write the golden answers anew; read the difference before you commit it
	GOLDEN=write cargo test --locked -p tests golden
