# The demo: what it needs, the build, and a table of programs before and after.

demo:
	@tests/install demo
	@$(MAKE) --no-print-directory all
	@tests/demo/run

# For the documents, from a run in colour.
demo-picture: all
	@tests/demo/picture >$(BUILD)/demo.svg
	@mv $(BUILD)/demo.svg docs/demo.svg

.PHONY: demo demo-picture
