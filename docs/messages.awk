# docs/messages.md from shim/command/messages.txt: what `qlshim explain` knows, as a page to read.
function code(text) { gsub(/\.\.\./, "…", text); return "`" text "`" }
function flush_entry() {
    if (messages == "") return
    if (area != last_area) {
        printf "\n## %s\n\n| message | cause | with qlshim | what to do |\n|---|---|---|---|\n", area
        last_area = area
    }
    printf "| %s | %s | %s | %s |\n", messages, cause, with_qlshim, mend
    messages = ""
}
function escape(text) { gsub(/\|/, "\\|", text); return text }
BEGIN {
    FS = ": "
    print "# Messages, and what helps\n"
    print "What `qlshim explain` knows. Made from shim/command/messages.txt by `make docs`: do not edit."
    print "`…` stands for any text."
    print "\nEach is held against the real program that says it, bare and with qlshim (`make words`, the matrix), but three, of programs that neither"
    print "Debian 12 nor npm has: MySQL's lock file, mongod's unlink, and what s6-overlay says, which stand here as people reported them."
}
/^#/ { next }
/^$/ { flush_entry(); next }
{ name = $1; value = escape(substr($0, length($1) + 3)) }
name == "message" { messages = messages (messages == "" ? "" : "<br>") code(value) }
name == "area" { area = value }
name == "cause" { cause = value }
name == "mend" { mend = value }
name == "with-qlshim" { with_qlshim = value == "works" ? "works" : value == "helps" ? "in part" : "no" }
END { flush_entry() }
