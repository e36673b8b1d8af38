package io.dfsnet.nn.pytorch;

import io.dfsnet.nn.file.FileFormatException;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs one pickle, a program for a stack machine, and gives the value that it describes:
 *
 * <pre>
 *  cos\nsystem\n     GLOBAL   push the function of that name: only those of the list in {@link Rebuild}
 *  (                 MARK     remember how high the stack is
 *  X...ls            BINUNICODE  push a text
 *  t                 TUPLE    put all above the mark into a tuple
 *  R                 REDUCE   call the function below with the tuple: here, {@link Rebuild}
 *  .                 STOP     the value on the stack is the result
 * </pre>
 *
 * <p>Nothing is called. A name that is not in the list ends everything at once, before what it is
 * asked for is known. Memory is bounded by the limits below and by the length of the pickle, since
 * no instruction makes more than one value and containers share what they hold; time by the length
 * alone, since no instruction goes through more values than were pushed for it.
 */
final class Unpickler {
  /** The longest pickle, in bytes; the storages stand outside. */
  static final int BYTE_LIMIT = 1 << 24;

  /** The most values: more than 10,000 tensors need. */
  static final int VALUE_LIMIT = 1 << 17;

  private static final int STACK_LIMIT = 1 << 16;
  private static final int MEMO_LIMIT = 1 << 17;
  private static final int NEWEST_PROTOCOL = 5;

  private static final Pickled NONE = new Pickled.None();
  private static final Pickled TRUE = new Pickled.Bool(true);
  private static final Pickled FALSE = new Pickled.Bool(false);

  private final PickleInput in;
  private final Rebuild rebuild;
  private final List<Pickled> stack = new ArrayList<>();

  /** How high the stack was at each mark; what lies below the last one is out of reach. */
  private final List<Integer> marks = new ArrayList<>();

  private final Map<Integer, Pickled> memo = new HashMap<>();
  private int values;

  /**
   * @param rebuild makes tensors of what the pickle says about them
   */
  Unpickler(PickleInput in, Rebuild rebuild) {
    this.in = in;
    this.rebuild = rebuild;
  }

  /**
   * The value of the pickle; {@code in} then stands behind it.
   *
   * @throws FileFormatException if it asks for what is not in the lists, breaks a rule of pickles,
   *     ends early or exceeds a limit
   */
  Pickled load() throws IOException {
    long begin = in.position();
    while (in.position() - begin < BYTE_LIMIT) {
      int code = in.unsigned8();
      Opcode opcode =
          Opcode.of(code)
              .orElseThrow(
                  () ->
                      in.refuse(
                          String.format("instruction 0x%02x is not one of a checkpoint's", code)));
      if (opcode == Opcode.STOP) {
        return pop();
      }
      execute(opcode);
    }
    throw in.refuse("a pickle has at most " + BYTE_LIMIT + " bytes");
  }

  private void execute(Opcode opcode) throws IOException {
    switch (opcode) {
      case PROTO -> requireProtocol(in.unsigned8());
      case FRAME -> in.int64();
      case STOP -> throw new AssertionError("ends the loop");

      case MARK -> mark();
      case POP -> pop();
      case POP_MARK -> popToMark();
      case DUP -> push(peek());

      case NONE -> push(NONE);
      case NEWTRUE -> push(TRUE);
      case NEWFALSE -> push(FALSE);
      case BININT -> make(new Pickled.Int(in.int32()));
      case BININT1 -> make(new Pickled.Int(in.unsigned8()));
      case BININT2 -> make(new Pickled.Int(in.unsigned16()));
      case LONG1 -> make(integer(in.integer(in.unsigned8())));
      case BINFLOAT -> make(new Pickled.Real(in.real()));
      case BINUNICODE, BINSTRING -> text(Integer.toUnsignedLong(in.int32()));
      case SHORT_BINUNICODE, SHORT_BINSTRING -> text(in.unsigned8());
      case BINUNICODE8 -> text(in.int64());
      case BINBYTES -> bytes(Integer.toUnsignedLong(in.int32()));
      case SHORT_BINBYTES -> bytes(in.unsigned8());

      case EMPTY_TUPLE -> push(Pickled.Tuple.EMPTY);
      case TUPLE -> make(new Pickled.Tuple(popToMark()));
      case TUPLE1 -> make(new Pickled.Tuple(pop(1)));
      case TUPLE2 -> make(new Pickled.Tuple(pop(2)));
      case TUPLE3 -> make(new Pickled.Tuple(pop(3)));
      case EMPTY_LIST -> make(new Pickled.Sequence());
      case APPEND -> append(pop(1));
      case APPENDS -> append(popToMark());
      case EMPTY_DICT -> make(new Pickled.Dict());
      case SETITEM -> setItems(pop(2));
      case SETITEMS -> setItems(popToMark());

      case BINPUT -> remember(in.unsigned8());
      case LONG_BINPUT -> remember(in.int32());
      case MEMOIZE -> remember(memo.size());
      case BINGET -> recall(in.unsigned8());
      case LONG_BINGET -> recall(in.int32());

      case GLOBAL, INST -> make(rebuild.named(in.line(), in.line()));
      case STACK_GLOBAL -> stackGlobal();
      case REDUCE -> reduce();
      case BUILD -> build();
      case BINPERSID -> make(rebuild.storage(pop()));
    }
  }

  private void requireProtocol(int protocol) {
    if (protocol > NEWEST_PROTOCOL) {
      throw in.refuse("protocol " + protocol + " is newer than " + NEWEST_PROTOCOL);
    }
  }

  private static Pickled integer(BigInteger value) {
    return value.bitLength() < Long.SIZE
        ? new Pickled.Int(value.longValue())
        : new Pickled.Wide(value);
  }

  private void text(long length) throws IOException {
    make(new Pickled.Text(in.text(length)));
  }

  private void bytes(long length) throws IOException {
    in.skip(length);
    make(new Pickled.Bytes());
  }

  private void append(List<Pickled> elements) {
    if (!(peek() instanceof Pickled.Sequence list)) {
      throw in.refuse("appends to " + peek().kind());
    }
    list.elements().addAll(elements);
  }

  /**
   * @param items keys and values in turn
   */
  private void setItems(List<Pickled> items) {
    if (!(peek() instanceof Pickled.Dict dict)) {
      throw in.refuse("sets items of " + peek().kind());
    }
    if (items.size() % 2 != 0) {
      throw in.refuse("a key has no value");
    }
    for (int i = 0; i < items.size(); i += 2) {
      dict.put(items.get(i), items.get(i + 1));
    }
  }

  private void remember(int index) {
    memo.put(index, peek());
    if (memo.size() > MEMO_LIMIT) {
      throw in.refuse("remembers more than " + MEMO_LIMIT + " values");
    }
  }

  private void recall(int index) {
    Pickled value = memo.get(index);
    if (value == null) {
      throw in.refuse("recalls value " + Integer.toUnsignedString(index) + ", which is not there");
    }
    push(value);
  }

  private void stackGlobal() {
    List<Pickled> names = pop(2);
    if (!(names.get(0) instanceof Pickled.Text module)
        || !(names.get(1) instanceof Pickled.Text name)) {
      throw in.refuse(
          "a function is named by " + names.get(0).kind() + " and " + names.get(1).kind());
    }
    make(rebuild.named(module.value(), name.value()));
  }

  private void reduce() {
    List<Pickled> call = pop(2);
    if (!(call.get(0) instanceof Pickled.Function function)
        || !(call.get(1) instanceof Pickled.Tuple arguments)) {
      throw in.refuse("calls " + call.get(0).kind() + " with " + call.get(1).kind());
    }
    make(rebuild.call(function.callable(), arguments.elements()));
  }

  /** Attributes of a dictionary, PyTorch's {@code _metadata} of versions: nothing reads them. */
  private void build() {
    pop();
    if (!(peek() instanceof Pickled.Dict)) {
      throw in.refuse("gives attributes to " + peek().kind());
    }
  }

  private void mark() {
    marks.add(stack.size());
    requireDepth();
  }

  /** Pushes a value that did not exist before. */
  private void make(Pickled value) {
    if (++values > VALUE_LIMIT) {
      throw in.refuse("describes more than " + VALUE_LIMIT + " values");
    }
    push(value);
  }

  private void push(Pickled value) {
    stack.add(value);
    requireDepth();
  }

  private void requireDepth() {
    if (stack.size() + marks.size() > STACK_LIMIT) {
      throw in.refuse("its stack grows above " + STACK_LIMIT + " values");
    }
  }

  private Pickled pop() {
    Pickled top = peek();
    stack.removeLast();
    return top;
  }

  /** The values on top, the lowest first. */
  private List<Pickled> pop(int count) {
    if (stack.size() - count < bottom()) {
      throw in.refuse("takes more from its stack than is there");
    }
    return cut(stack.size() - count);
  }

  private List<Pickled> popToMark() {
    if (marks.isEmpty()) {
      throw in.refuse("takes what is above a mark where there is none");
    }
    return cut(marks.removeLast());
  }

  private List<Pickled> cut(int height) {
    List<Pickled> top = stack.subList(height, stack.size());
    List<Pickled> values = List.copyOf(top);
    top.clear();
    return values;
  }

  private Pickled peek() {
    if (stack.size() <= bottom()) {
      throw in.refuse("takes more from its stack than is there");
    }
    return stack.getLast();
  }

  private int bottom() {
    return marks.isEmpty() ? 0 : marks.getLast();
  }
}
