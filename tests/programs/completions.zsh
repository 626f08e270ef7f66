# Prints what zsh offers for a line, typed into a shell of its own:
#
#     zsh -f completions.zsh FOLDER LINE
#
# FOLDER holds the completion functions.
zmodload zsh/zpty
export TERM=dumb
zpty shell 'zsh -f -i'
zpty -w shell "PS1=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=1000
    bindkey '^I' list-choices; print -r READY"
# The line editor says that it reads by asking the terminal to mark what is pasted. What comes before
# that is read by the terminal itself.
zpty -r -m shell seen $'*\nREADY\r\n*\e\\[?2004h*'
# The line is wiped again; what the next prints comes when its completion is through.
zpty -n -w shell "$2"$'\t\C-uprint -r END\n'
zpty -r -m shell seen $'*\nEND\r\n*'
print -r -- "$seen"
zpty -d shell
