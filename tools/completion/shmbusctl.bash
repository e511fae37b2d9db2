# shellcheck shell=bash
# Completion of shmbusctl in bash. What there is to complete is asked at the time: verbs and options of
# the tool's --help, regions of the daemon.

# _shmbusctl_verbs: their names, one a line.
_shmbusctl_verbs() {
    shmbusctl --help 2>/dev/null | awk '/^Verbs:$/ {on = 1} /^$/ {on = 0} on && /^  [a-z]/ {print $1}'
}

# _shmbusctl_options [VERB]: "--lines", or "--rate=" when it takes a value, one a line.
_shmbusctl_options() {
    {
        [[ $# -eq 0 ]] || shmbusctl "$1" --help
        shmbusctl --help
    } 2>/dev/null | awk '/^  -/ {sub(/=.*/, "=", $1); n = split($1, names, ","); print names[n]}' | sort -u
}

# _shmbusctl_regions [BUS OPTION]...: names, one a line.
_shmbusctl_regions() {
    timeout 2 shmbusctl "$@" list --no-legend --no-pager 2>/dev/null | awk '{print $1}'
}

# _shmbusctl_values OPTION: what it may be set to, where that is a few words.
_shmbusctl_values() {
    case $1 in
        --json) echo 'short pretty off' ;;
        --kind) echo 'topic service raw' ;;
        --overflow) echo 'block overwrite' ;;
        --fence) echo 'asymmetric full' ;;
        --theme) echo 'light dark' ;;
        --sort) echo 'name kind rate bytes publishers subscribers lag slots missed holds asleep memory slowest' ;;
        --format) echo 'openmetrics prometheus' ;;
        --owner | --user) compgen -u ;;
        --group | --group-access) compgen -g ;;
    esac
}

_shmbusctl() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local verbs verb='' bus=() i word
    COMPREPLY=()
    verbs=$(_shmbusctl_verbs)
    for ((i = 1; i < COMP_CWORD; ++i)); do
        word=${COMP_WORDS[i]}
        case $word in
            --system | --session) bus+=("$word") ;;
            # bash has split "--address=unix:path=/run/bus" at "=" and ":".
            --address) bus+=("$(_shmbusctl_address "$i")") ;;
            # serve NAME -- COMMAND: its words are the command's.
            --)
                mapfile -t COMPREPLY < <(compgen -c -f -- "$cur")
                return
                ;;
            *) [[ -n $verb || $'\n'$verbs$'\n' != *$'\n'"$word"$'\n'* ]] || verb=$word ;;
        esac
    done

    if [[ $cur == '=' || $prev == '=' ]]; then
        local option=$prev
        [[ $cur == '=' ]] && cur='' || option=${COMP_WORDS[COMP_CWORD - 2]}
        mapfile -t COMPREPLY < <(compgen -W "$(_shmbusctl_values "$option")" -- "$cur")
        case $option in
            --summary | --config | --output | --plot | --compare | --from | --daemon | --plugins)
                mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
        esac
    elif [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_shmbusctl_options ${verb:+"$verb"})" -- "$cur")
        [[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace 2>/dev/null
    elif [[ -z $verb ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$cur")
    elif [[ $verb == bench ]]; then
        return
    elif [[ $verb == quota ]]; then
        mapfile -t COMPREPLY < <(compgen -u -- "$cur")
    else
        mapfile -t COMPREPLY < <(compgen -W "$(_shmbusctl_regions "${bus[@]}")" -- "$cur")
    fi
}

# _shmbusctl_address I: the option at word I with its value, put together again.
_shmbusctl_address() {
    local i=$1 text=${COMP_WORDS[$1]}
    while [[ ${COMP_LINE} == *"$text${COMP_WORDS[i + 1]}"* && -n ${COMP_WORDS[i + 1]} ]]; do
        i=$((i + 1))
        text+=${COMP_WORDS[i]}
    done
    printf '%s' "$text"
}

complete -F _shmbusctl shmbusctl
