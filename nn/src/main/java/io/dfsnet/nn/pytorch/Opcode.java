package io.dfsnet.nn.pytorch;

import java.util.Optional;

/**
 * The instructions of a pickle that checkpoints are made of, and two more whose operands name a
 * function, so that it can be refused by its name. Python's module {@code pickletools} documents
 * all of them.
 */
enum Opcode {
  // Where a pickle begins and ends.
  PROTO(0x80),
  FRAME(0x95),
  STOP('.'),

  // The stack.
  MARK('('),
  POP('0'),
  POP_MARK('1'),
  DUP('2'),

  // Values.
  NONE('N'),
  NEWTRUE(0x88),
  NEWFALSE(0x89),
  BININT('J'),
  BININT1('K'),
  BININT2('M'),
  LONG1(0x8a),
  BINFLOAT('G'),
  BINUNICODE('X'),
  SHORT_BINUNICODE(0x8c),
  BINUNICODE8(0x8d),
  /** Texts of Python 2. */
  BINSTRING('T'),
  SHORT_BINSTRING('U'),
  BINBYTES('B'),
  SHORT_BINBYTES('C'),

  // Containers.
  EMPTY_TUPLE(')'),
  TUPLE('t'),
  TUPLE1(0x85),
  TUPLE2(0x86),
  TUPLE3(0x87),
  EMPTY_LIST(']'),
  APPEND('a'),
  APPENDS('e'),
  EMPTY_DICT('}'),
  SETITEM('s'),
  SETITEMS('u'),

  // The memo: values that are used again.
  BINPUT('q'),
  LONG_BINPUT('r'),
  MEMOIZE(0x94),
  BINGET('h'),
  LONG_BINGET('j'),

  // Names, calls, state.
  GLOBAL('c'),
  STACK_GLOBAL(0x93),
  INST('i'),
  REDUCE('R'),
  BUILD('b'),
  BINPERSID('Q');

  private static final Opcode[] BY_CODE = new Opcode[256];

  static {
    for (Opcode opcode : values()) {
      BY_CODE[opcode.code] = opcode;
    }
  }

  private final int code;

  Opcode(int code) {
    this.code = code;
  }

  /** The byte of the instruction. */
  int code() {
    return code;
  }

  /** The instruction of a byte from 0 to 255. */
  static Optional<Opcode> of(int code) {
    return Optional.ofNullable(BY_CODE[code]);
  }
}
