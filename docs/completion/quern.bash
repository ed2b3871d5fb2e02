# bash completion for quern(1): source it, or put it into
# /usr/share/bash-completion/completions/quern

# The names in the first column of a list, below its heading.
_quern_names() { "${words[0]}" "$1" list "${data[@]}" 2>/dev/null | awk 'NR > 1 { print $1 }'; }

_quern() {
  local cur prev words cword command data=() i
  _init_completion -n : || return
  command=${words[1]-}

  for ((i = 2; i < cword - 1; i++)); do
    [[ ${words[i]} == --data ]] && data=(--data "${words[i + 1]}")
  done

  case $prev in
  --data)
    _filedir -d
    return
    ;;
  --tls-cert | --tls-key)
    _filedir '@(pem|crt|key)'
    return
    ;;
  --format)
    case $command in
    read) mapfile -t COMPREPLY < <(compgen -W 'text json csv tsv html latex grid' -- "$cur") ;;
    expense) mapfile -t COMPREPLY < <(compgen -W 'table json csv tsv html latex grid' -- "$cur") ;;
    analyze) mapfile -t COMPREPLY < <(compgen -W 'text json csv tsv html latex grid' -- "$cur") ;;
    ask | search) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur") ;;
    esac
    return
    ;;
  --recogniser)
    mapfile -t COMPREPLY < <(compgen -W 'ppocr tesseract' -- "$cur")
    return
    ;;
  --log-level)
    mapfile -t COMPREPLY < <(compgen -W 'debug info warn error off' -- "$cur")
    return
    ;;
  --listen)
    mapfile -t COMPREPLY < <(compgen -W '127.0.0.1:8470 0.0.0.0:8470' -- "$cur")
    return
    ;;
  --precision)
    mapfile -t COMPREPLY < <(compgen -W 'f32 bf16 f16 int8' -- "$cur")
    return
    ;;
  --method)
    mapfile -t COMPREPLY < <(compgen -W 'error minmax percentile entropy' -- "$cur")
    return
    ;;
  --calibrate)
    _filedir -d
    return
    ;;
  --svg | -o | --sidecar | --out | --test)
    _filedir
    return
    ;;
  --features)
    mapfile -t COMPREPLY < <(compgen -W 'tables forms layout tables,forms tables,forms,layout' -- "$cur")
    return
    ;;
  --bot | --with)
    mapfile -t COMPREPLY < <(compgen -f -W "$(_quern_names bot)" -- "$cur")
    return
    ;;
  --user | --as | --at)
    return
    ;;
  --mask | --on | --off | --to | --max-pages | --max-queries | --visitors | --alias | --timeout | --shape | --bound | --limit)
    return
    ;;
  esac

  local commands='serve read pdf expense analyze ask search entities phrases sentiment language pii classify chat bot function model version help'
  local options='' subcommands=''
  case $command in
  serve) options='--data --listen --tls-cert --tls-key --log-level --max-document --max-pages --max-queries --recogniser --visitors' ;;
  read) options='--format --recogniser --data --no-index' ;;
  expense) options='--format --recogniser --data --no-index' ;;
  analyze) options='--features --format --recogniser --data --no-index' ;;
  ask) options='--format --recogniser --data --no-index' ;;
  search) options='--data --limit --format' ;;
  entities) options='--json' ;;
  phrases) options='--json' ;;
  sentiment) options='--targets --json' ;;
  language) options='--list --json' ;;
  pii) options='--redact --mask --json' ;;
  classify) options='--out --test --multi-label --lines --json' subcommands='train test run' ;;
  pdf) options='--deskew --rotate --skip-text --redo --force --sidecar --pdfa --recogniser --on --to --off --list --data' ;;
  chat) options='--data --alias' ;;
  bot) options='--data --alias --bot --update --json --user --as --at --to --with' subcommands='import list show export test fork replay confusion' ;;
  function) options='--data --on --timeout' subcommands='add list' ;;
  model) options='--shape --svg --precision --calibrate --method --bound --plain --input --seed --output --threads --seconds --profile --data --layers'
    subcommands='run bench compare show optimize' ;;
  esac

  if ((cword == 1)); then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
  elif [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options --help" -- "$cur")
  elif [[ -n $subcommands ]] && ((cword == 2)); then
    mapfile -t COMPREPLY < <(compgen -W "$subcommands" -- "$cur")
  else
    case $command in
    help) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur") ;;
    chat) mapfile -t COMPREPLY < <(compgen -W "$(_quern_names bot)" -- "$cur") ;;
    read | pdf | expense | analyze | ask) _filedir '@(pdf|PDF|png|PNG|jpg|JPG|jpeg|JPEG|tif|TIF|tiff|TIFF)' ;;
    entities | phrases | sentiment | language | pii | classify) _filedir ;;
    bot)
      case ${words[2]} in
      import) _filedir json ;;
      test) _filedir ;;
      *) ((cword == 3)) && mapfile -t COMPREPLY < <(compgen -f -W "$(_quern_names bot)" -- "$cur") ;;
      esac
      ;;
    model) _filedir '@(onnx|q)' ;;
    function) ((cword == 4)) && _filedir -d ;;
    esac
  fi
}

complete -F _quern quern
