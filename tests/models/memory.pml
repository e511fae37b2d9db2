/* Memory as processors with store buffers show it.
 *
 * A process's stores go into its buffer, in program order, and from there into memory one by one, at
 * any time (process `drain`). It sees its own stores at once, everyone else once they are in memory.
 *
 * TSO (x86): the oldest store goes first.
 * PSO (weaker): any store goes that none to the same word stands before; a release store only once
 * all that stand before it have gone. So what orders two stores here is the release, as in C++.
 *
 * SC: no buffers; for what takes more processes than buffers leave room for.
 *
 * Loads are done in program order; where a weaker order of loads matters, a broken variant does them
 * early or late. A model says WORDS (words are 1 to WORDS) and PROCESSES, and may say DEPTH, the
 * stores that a buffer holds.
 */
#ifndef DEPTH
#define DEPTH 4
#endif

byte memory[WORDS + 1];

#define plain   0
#define release 1

#ifdef SC
#define store(process, where, what, order) memory[where] = what
#define load(process, where) memory[where]
#define drained(process) true
#define lose(process) skip
#else

typedef Buffer {
    byte used;
    byte word[DEPTH];  /* 0 beyond `used` */
    byte value[DEPTH];
#ifdef PSO
    bool ordered[DEPTH];   /* a release store */
#endif
};
Buffer buffers[PROCESSES];
hidden byte place;

#ifdef PSO
#define keep_order(process, order) buffers[process].ordered[buffers[process].used] = order
#define pull_order(process) buffers[process].ordered[place] = buffers[process].ordered[place + 1]
#define clear_order(process) buffers[process].ordered[DEPTH - 1] = 0
#else
#define keep_order(process, order) skip
#define pull_order(process) skip
#define clear_order(process) skip
#endif

/* A store: std::atomic's with `release`, or a plain or relaxed one. */
inline store(process, where, what, order) {
    d_step {
        buffers[process].used < DEPTH;
        buffers[process].word[buffers[process].used] = where;
        buffers[process].value[buffers[process].used] = what;
        keep_order(process, order);
        buffers[process].used++
    }
}

/* What a load sees: the newest own store to the word, or memory. */
#define in_place(process, where, at, other) \
    (buffers[process].word[at] == (where) -> buffers[process].value[at] : other)
#define load_1(process, where) in_place(process, where, 0, memory[where])
#define load_2(process, where) in_place(process, where, 1, load_1(process, where))
#define load_3(process, where) in_place(process, where, 2, load_2(process, where))
#define load_4(process, where) in_place(process, where, 3, load_3(process, where))
#define load_5(process, where) in_place(process, where, 4, load_4(process, where))
#if DEPTH == 1
#define load(process, where) load_1(process, where)
#elif DEPTH == 2
#define load(process, where) load_2(process, where)
#elif DEPTH == 3
#define load(process, where) load_3(process, where)
#elif DEPTH == 4
#define load(process, where) load_4(process, where)
#else
#define load(process, where) load_5(process, where)
#endif

/* A full fence of the process itself: also a locked instruction's, before its access. */
#define drained(process) (buffers[process].used == 0)

/* The process's buffer loses what is in it: it died before it did that. */
inline lose(process) {
    d_step {
        place = 0;
        do
        :: place < DEPTH ->
            buffers[process].word[place] = 0;
            buffers[process].value[place] = 0;
            clear_order(process);
            place++
        :: else -> break
        od;
        buffers[process].used = 0
    }
}

inline pull(process, at) {
    memory[buffers[process].word[at]] = buffers[process].value[at];
    place = at;
    do
    :: place < DEPTH - 1 ->
        buffers[process].word[place] = buffers[process].word[place + 1];
        buffers[process].value[place] = buffers[process].value[place + 1];
        pull_order(process);
        place++
    :: else -> break
    od;
    buffers[process].word[DEPTH - 1] = 0;
    buffers[process].value[DEPTH - 1] = 0;
    clear_order(process);
    buffers[process].used--
}

#define differs(process, at, other) (buffers[process].word[at] != buffers[process].word[other])
#define passes(process, at) (buffers[process].used > at && !buffers[process].ordered[at])

/* Hands one process's stores to memory. */
proctype drain(byte process) {
end:
    do
    :: d_step { buffers[process].used > 0 -> pull(process, 0) }
#ifdef PSO
#if DEPTH > 1
    :: d_step { passes(process, 1) && differs(process, 1, 0) -> pull(process, 1) }
#endif
#if DEPTH > 2
    :: d_step {
        passes(process, 2) && differs(process, 2, 1) && differs(process, 2, 0) -> pull(process, 2)
    }
#endif
#if DEPTH > 3
    :: d_step {
        passes(process, 3) && differs(process, 3, 2) && differs(process, 3, 1) &&
            differs(process, 3, 0) -> pull(process, 3)
    }
#endif
#if DEPTH > 4
    :: d_step {
        passes(process, 4) && differs(process, 4, 3) && differs(process, 4, 2) &&
            differs(process, 4, 1) && differs(process, 4, 0) -> pull(process, 4)
    }
#endif
#endif
    od
}
#endif

/* base/fence.hpp. Fence::Asymmetric: light_fence() is the compiler's alone; heavy_fence() is a full
 * fence, then membarrier: every process passes a full fence at some moment during the call, each at
 * its own (`unfenced` holds a bit for each that has yet to). -DFULL is Fence::Full. */
inline light_fence(process) {
#ifdef FULL
    drained(process)
#else
    skip
#endif
}

inline heavy_fence(process) {
    drained(process);
#if !defined(FULL) && !defined(SC)
    unfenced = (1 << PROCESSES) - 1;
    do
    :: (unfenced & 1) && drained(0) -> unfenced = unfenced & ~1
#if PROCESSES > 1
    :: (unfenced & 2) && drained(1) -> unfenced = unfenced & ~2
#endif
#if PROCESSES > 2
    :: (unfenced & 4) && drained(2) -> unfenced = unfenced & ~4
#endif
#if PROCESSES > 3
    :: (unfenced & 8) && drained(3) -> unfenced = unfenced & ~8
#endif
    :: unfenced == 0 -> break
    od
#endif
}
