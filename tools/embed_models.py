#!/usr/bin/env python3
"""Write the assembly that puts the files of models/ into the program, as src/language/models.c wants them.

usage: embed_models.py OUTPUT.S FILE...
"""
import hashlib
import pathlib
import sys


def main():
    output, files = pathlib.Path(sys.argv[1]), [pathlib.Path(f).resolve() for f in sys.argv[2:]]
    text = '    .section .rodata\n'
    for f in files:
        name, digest = f'q_models_{f.stem}', hashlib.sha256(f.read_bytes()).hexdigest()
        text += (f'    /* {digest} */\n    .balign 64\n    .globl {name}\n    .globl {name}_end\n'
                 f'{name}:\n    .incbin "{f}"\n{name}_end:\n    .byte 0\n')
    output.write_text(text + '    .section .note.GNU-stack,"",%progbits\n')


if __name__ == '__main__':
    main()
