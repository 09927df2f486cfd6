# What one does with asms. `make help` lists the targets.

GO          ?= go
STATICCHECK ?= $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: help demo app build test check packages unit race browser conformance embed bench fuzz golden clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## server, two phones and a mobile network, all in this terminal
	@bin/asms demo

app: ## build the web app, where npm is and its sources have changed
	@script/app

build: app ## build bin/asms
	@$(GO) build -trimpath -o bin/asms ./cmd/asms

test: packages check unit race browser conformance embed ## all tests; installs the Debian packages they need

packages:
	@script/packages

check: ## gofmt, vet, staticcheck, import rules
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "gofmt would change:"; echo "$$out"; exit 1; }
	@$(GO) vet ./...
	@$(STATICCHECK) ./...
	@$(GO) test ./floors

unit: ## the tests, without the race detector
	@$(GO) test $$($(GO) list ./... | grep -v '/conformance$$')

RACE = account store mailbox easclient easserver web relay relay/atmodem relay/simulator

race: ## what shares memory, under the race detector and with fewer random runs
	@$(GO) test -race -short $(addprefix ./,$(RACE))

browser: build ## the web app in a browser, against bin/asms
	@cd web/app && { [ -f node_modules/.package-lock.json ] || npm ci --silent --no-audit --no-fund; } && \
		npm run --silent check && ASMS_BIN=$(abspath bin/asms) npm test --silent

conformance: ## the tests of the specification; docs/conformance.md must say what they show
	@$(GO) test -count=1 -json ./conformance | $(GO) run ./conformance/report -check docs/conformance.md

embed: ## the library from another module
	@cd examples/embed && $(GO) test ./...

bench: ## the figures of docs/performance.md
	@$(GO) test -run '^$$' -bench . -benchmem ./wbxml ./store ./mailbox ./easserver

fuzz: ## fuzz the codec and the server for a minute each
	@$(GO) test -fuzz FuzzRoundTrip -fuzztime 60s -fuzzminimizetime 10x ./wbxml
	@$(GO) test -fuzz FuzzServeHTTP -fuzztime 60s -fuzzminimizetime 10x ./easserver

golden: ## write the golden files and docs/conformance.md anew
	@$(GO) test ./wbxml -update
	@$(GO) test -count=1 -json ./conformance | $(GO) run ./conformance/report > docs/conformance.md

clean: ## remove what was built
	@rm -rf bin
