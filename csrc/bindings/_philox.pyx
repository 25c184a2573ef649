# cython: language_level=3, boundscheck=False, wraparound=False
# cython: freethreading_compatible=True
"""Our streams of random numbers as NumPy's bit generators."""

import numpy as np

cimport scorerbm
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport uint32_t, uint64_t
from libc.string cimport memset

__all__ = ["Philox4x32"]


# NumPy's interface of bit generators, as numpy/random/bitgen.h has it.
cdef struct bitgen:
    void* state
    uint64_t (*next_uint64)(void*) noexcept nogil
    uint32_t (*next_uint32)(void*) noexcept nogil
    double (*next_double)(void*) noexcept nogil
    uint64_t (*next_raw)(void*) noexcept nogil


cdef enum:
    BLOCKS = 128  # made at once: as fast as many more, and cheap to leave
    NUMBERS = 2 * BLOCKS

# Written once, when this module is imported.
cdef const scorerbm.Api* api = scorerbm.import_api()

_COUNTERS = 1 << 128  # blocks of a key
_JUMP = 1 << 65  # numbers: the 64 bits of block and chain


cdef struct Numbers:
    scorerbm.Key key
    uint32_t[4] counter  # of the first block in `words`
    uint32_t[4 * BLOCKS] words
    uint32_t next  # of the numbers that the words hold, two a block
    uint32_t count  # of those that are there
    int has_half
    uint32_t half


cdef void add_to(uint32_t* counter, uint64_t blocks) noexcept nogil:
    """Add to a number of 128 bits."""
    cdef int i
    cdef uint64_t carry = blocks
    for i in range(4):
        carry += counter[i]
        counter[i] = <uint32_t>carry
        carry >>= 32


cdef void refill(Numbers* of) noexcept nogil:
    cdef scorerbm.Stream stream
    cdef uint64_t left = (<uint64_t>1 << 32) - of.counter[0]
    cdef size_t n_blocks = BLOCKS if left > BLOCKS else <size_t>left
    memset(&stream, 0, sizeof(stream))
    stream.key = of.key
    stream.step = of.counter[2]
    stream.domain = of.counter[3]
    stream.n_chains = 1
    stream.ids = &of.counter[1]
    # It takes no memory for numbers that are given, so that nothing is left that could fail.
    api.words(&stream, of.counter[0], n_blocks, of.words, NULL)
    of.next = 0
    of.count = 2 * <uint32_t>n_blocks


cdef inline uint64_t next_uint64(void* state) noexcept nogil:
    cdef Numbers* of = <Numbers*>state
    cdef uint32_t* pair
    cdef uint32_t at = of.next
    # A state that is set while another thread draws may spoil numbers, and no memory.
    if at >= of.count:
        if of.count > 0:
            add_to(of.counter, of.count // 2)
        refill(of)
        at = 0
    pair = &of.words[2 * at]
    of.next = at + 1
    return (<uint64_t>pair[0] << 32) | pair[1]


cdef uint32_t next_uint32(void* state) noexcept nogil:
    cdef Numbers* of = <Numbers*>state
    cdef uint64_t number
    if of.has_half:
        of.has_half = 0
        return of.half
    number = next_uint64(state)
    of.has_half = 1
    of.half = <uint32_t>number
    return <uint32_t>(number >> 32)


cdef double next_double(void* state) noexcept nogil:
    return <double>(next_uint64(state) >> 11) * (1.0 / 9007199254740992.0)


cdef class _Numbers:
    """Owns the numbers to come."""

    cdef Numbers of

    def connect(self, capsule):
        """Let a capsule of NumPy's find them."""
        cdef bitgen* interface = <bitgen*>PyCapsule_GetPointer(capsule, "BitGenerator")
        interface.state = &self.of
        interface.next_uint64 = next_uint64
        interface.next_uint32 = next_uint32
        interface.next_double = next_double
        interface.next_raw = next_uint64

    @property
    def key(self):
        return self.of.key.low, self.of.key.high

    @property
    def position(self):
        """Numbers of 64 bits before the next one, from the counter 0 on."""
        return 2 * _joined(self.of.counter) + self.of.next

    @property
    def half(self):
        return self.of.has_half, self.of.half

    def go_to(self, key, position, has_half=0, half=0):
        cdef int i
        block, second = divmod(position % (2 * _COUNTERS), 2)
        self.of.key.low, self.of.key.high = key
        for i in range(4):
            self.of.counter[i] = block >> (32 * i) & 0xFFFFFFFF
        self.of.count = 0
        self.of.next = 0
        if second:
            next_uint64(&self.of)
        self.of.has_half, self.of.half = has_half, half


class Philox4x32(np.random.BitGenerator):
    """Philox4x32-10, the generator behind every draw of this package, for NumPy's `Generator`.

    Parameters
    ----------
    seed : None, int, array_like of ints or SeedSequence
        As NumPy's bit generators take it. The streams of one seed differ from all those that
        samplers derive from the same seed.
    counter : int or array_like of 4 ints, optional
        Where to start, by default at 0: the words (block, chain, step, domain) of
        docs/architecture.md, or the number that they are the digits of in base 2³², the block
        the lowest.
    key : int or array_like of 2 ints, optional
        The key itself instead of a seed: that of `derive_key` starts the streams of a sampler.

    Raises
    ------
    ValueError
        If both a seed and a key are given, or a number is out of range.

    Notes
    -----
    A block has four words w, which are two numbers of 64 bits, w₀ 2³² + w₁ and w₂ 2³² + w₃;
    numbers of 32 bits are their halves, the upper one first. ``Generator.random`` therefore
    returns the uniform numbers of the package's own streams. After a block comes that of the next
    counter; a key has 2¹²⁹ numbers.

    References
    ----------
    Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011,
    doi 10.1145/2063384.2063405.

    Examples
    --------
    >>> import numpy as np
    >>> from scorerbm.random import Philox4x32
    >>> int(np.random.Generator(Philox4x32(7)).integers(100))
    86
    """

    def __init__(self, seed=None, *, counter=None, key=None):
        if seed is not None and key is not None:
            raise ValueError("seed, key: got both, expected one of them")
        super().__init__(0 if key is not None else seed)
        self._given_key = key is not None
        if key is None:
            key = self.seed_seq.generate_state(2, np.uint32).tolist()
        else:
            key = _words("key", key, 2)
        start = 0 if counter is None else _number(_words("counter", counter, 4))
        self._numbers = _Numbers()
        self._numbers.connect(self.capsule)
        self._numbers.go_to(key, 2 * start)

    @property
    def state(self):
        """Everything there is to know, as a dictionary.

        ``counter`` and ``key`` are those of the block that holds the next number, ``buffer_pos``
        which of its two it is; ``has_uint32`` and ``uinteger`` are the half of a number that is
        left over.
        """
        block, second = divmod(self._numbers.position % (2 * _COUNTERS), 2)
        has_half, half = self._numbers.half
        return {
            "bit_generator": type(self).__name__,
            "state": {
                "counter": np.array(_digits(block, 4), np.uint32),
                "key": np.array(self._numbers.key, np.uint32),
            },
            "buffer_pos": second,
            "has_uint32": has_half,
            "uinteger": half,
        }

    @state.setter
    def state(self, value):
        if not isinstance(value, dict):
            raise TypeError(f"state: got {type(value).__name__}, expected a dict")
        name = value.get("bit_generator")
        if name != type(self).__name__:
            raise ValueError(f"state: got that of {name!r}, expected one of {type(self).__name__}")
        try:
            counter, key = value["state"]["counter"], value["state"]["key"]
            second, has_half = int(value["buffer_pos"]), int(value["has_uint32"])
            half = value["uinteger"]
        except KeyError as error:
            raise ValueError(f"state: has no {error}") from None
        if second not in (0, 1):
            raise ValueError(f"buffer_pos: got {second}, expected 0 or 1")
        block, key = _number(_words("counter", counter, 4)), _words("key", key, 2)
        (half,) = _words("uinteger", half, 1)
        self._numbers.go_to(key, 2 * block + second, int(has_half != 0), half)

    def advance(self, delta):
        """Go on as if so many numbers of 64 bits had been drawn; what is left of one is dropped.

        Parameters
        ----------
        delta : int
            May be negative.

        Returns
        -------
        Philox4x32
            Itself.
        """
        self._numbers.go_to(self._numbers.key, self._numbers.position + int(delta))
        return self

    def jumped(self, jumps=1):
        """Return a new generator, as if jumps · 2⁶⁵ numbers had been drawn from this one.

        So many has one step of one domain: all blocks of all chains.
        """
        other = type(self)(key=self._numbers.key)
        other.state = self.state
        return other.advance(int(jumps) * _JUMP)

    def spawn(self, n_children):
        """Return new generators of independent keys, children of this one's `SeedSequence`.

        Raises
        ------
        TypeError
            If it was made from a key, which has no children.
        """
        if self._given_key:
            raise TypeError("spawn: a generator made from a key has no seed to derive others from")
        return super().spawn(n_children)

    def __reduce__(self):
        made_from = (None, self._numbers.key) if self._given_key else (self.seed_seq, None)
        return _restored, (type(self), *made_from), self.state

    def __setstate__(self, state):
        self.state = state


def _restored(kind, seed, key):
    return kind(seed) if key is None else kind(key=key)


def _words(name, value, count):
    """So many words of 32 bits, from as many or from one number, the lowest word first."""
    if isinstance(value, (int, np.integer)):
        if not 0 <= value < 1 << (32 * count):
            raise ValueError(f"{name}: got {value}, expected from 0 to 2^{32 * count} - 1")
        return _digits(int(value), count)
    array = np.asarray(value)
    if array.shape != (count,) or array.dtype.kind not in "iu":
        raise ValueError(
            f"{name}: got shape {array.shape} of {array.dtype}, expected {count} integers"
        )
    words = [int(word) for word in array]
    if not all(0 <= word < 1 << 32 for word in words):
        raise ValueError(f"{name}: got {words}, expected words of 32 bits")
    return words


def _digits(number, count):
    return [number >> (32 * i) & 0xFFFFFFFF for i in range(count)]


def _number(words):
    return sum(word << (32 * i) for i, word in enumerate(words))


cdef object _joined(const uint32_t* counter):
    return sum(int(counter[i]) << (32 * i) for i in range(4))
