/* The lock of a raw region: WriterLock::try_obtain(), withdraw(), release(), ReaderLock::state(),
 * look(), leave(), wanted(), reads(), abandon_lock(), and RawCore::lock(), await_word(),
 * readers_out(), unlock(), wake_for_lock() around them; the daemon's RawRegion::part().
 *
 * Processes 0 to WRITERS - 1 write, the others read; each has the lock once. Nobody's sleep has a
 * bound: a wake-up that gets lost leaves somebody asleep for good, an invalid end state.
 * DEATHS: one process dies, at any step. OUTCAST: the daemon is told of the end of one that goes on
 * running (its bus connection broke): what it thinks it has no longer counts, but it must not spoil
 * the lock for the others. GIVES_UP: whoever waits may do so no longer.
 */
#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef READERS
#define READERS 1
#endif
#define PROCESSES (WRITERS + READERS)
#ifndef DEPTH
#define DEPTH 3
#endif

#define HOLDER 1
#define ROSTER 2 /* a bit for each process that is in it */
#define epoch_of(process) (3 + (process))
#define reading_of(process) (3 + PROCESSES + (process))
#define WORDS (2 + 2 * PROCESSES)
#include "memory.pml"

#define id_of(process) ((process) + 1)
#define bit_of(process) (1 << (process))
#define abandoned_bit 8
#define writes(process) ((process) < WRITERS)

mtype = { No, Yes, Abandoned };

byte posts[PROCESSES]; /* each one's semaphore */
bool dead[PROCESSES];
byte inside;  /* a bit for each process that is */
byte outcast; /* a bit for one whose end the daemon was told of, and which runs */
bool spoiled; /* a writer died inside, and no writer was told yet */

#define all_writers (bit_of(WRITERS) - 1)

inline enter(got) {
    d_step {
        if
        :: !(outcast & bit_of(self)) ->
            assert(!(inside & (writes(self) -> ~0 : all_writers)));
            assert(!spoiled || got == Abandoned);
            inside = inside | bit_of(self);
            if
            :: writes(self) -> spoiled = false
            :: else
            fi
        :: else
        fi
    };
    inside = inside & ~bit_of(self)
}

#ifdef SPINS /* nobody sleeps: who is let in is all there is to see */
#define wait_for() skip
#define lie_down() skip
#define get_up() skip
#define wake_peers() skip
#else
inline wait_for() {
    posts[self] > 0
}

inline lie_down() {
    posts[self] = 0;
    own++;
    store(self, epoch_of(self), own, plain);
#ifndef WITHOUT_HEAVY_FENCE
    heavy_fence(self)
#endif
}

inline get_up() {
    own++;
    store(self, epoch_of(self), own, plain)
}

/* After light_fence(): MemberView::wake_for_lock() of each peer; a reader's are the writers. */
inline wake_peers() {
    peer = 0;
    do
    :: peer < (writes(self) -> PROCESSES : WRITERS) && peer != self ->
        seen = load(self, epoch_of(peer));
        d_step {
            if
            :: (seen & 1) && seen != posted[peer] ->
                posted[peer] = seen;
                posts[peer]++
            :: else
            fi;
            seen = 0;
            peer++
        }
    :: peer == self -> peer++
    :: peer >= (writes(self) -> PROCESSES : WRITERS) && peer != self -> break
    od;
    peer = 0
}

#endif

/* --- a writer */

/* The compare-and-swap: one that fails is no fence. */
inline compare_and_swap(from, to) {
    if
    :: d_step { drained(self) && memory[HOLDER] == (from) -> memory[HOLDER] = to; swapped = true }
    :: load(self, HOLDER) != (from)
    fi
}

inline try_obtain() {
#ifdef TAKES_IN_TWO_STEPS
    if
    :: load(self, HOLDER) == 0 -> /* who holds it stands elsewhere, a step later */
        drained(self);
        memory[HOLDER] = id_of(self);
        got = Yes
    :: else -> skip
    fi;
#else
    compare_and_swap(0, id_of(self));
    atomic {
        got = (swapped -> Yes : No);
        swapped = false
    };
#endif
    if
    :: got == No && load(self, HOLDER) == abandoned_bit ->
        compare_and_swap(abandoned_bit, id_of(self)); /* obtain_abandoned() */
        atomic {
            got = (swapped -> Abandoned : No);
            swapped = false
        }
    :: else -> skip
    fi
}

/* release(), and withdraw() of what was not had. */
inline put_back(word_left) {
#ifdef RELEASES_IN_TWO_STEPS
    if
    :: load(self, HOLDER) == id_of(self) -> store(self, HOLDER, word_left, release)
    :: else -> skip
    fi;
#else
    compare_and_swap(id_of(self), word_left);
    swapped = false;
#endif
    light_fence(self);
    wake_peers()
}

inline withdraw() {
#ifdef FORGETS_ABANDONMENT
    put_back(0);
#else
    put_back((got == Abandoned -> abandoned_bit : 0));
#endif
    got = No
}

inline readers_out() {
    d_step { out = true; peer = WRITERS };
#ifndef KNOWS_READERS_FROM_BEFORE
    roster = load(self, ROSTER);
#endif
#ifndef WRITER_DOES_NOT_LOOK
    do
    :: peer < PROCESSES ->
        if
        :: (roster & bit_of(peer)) && load(self, reading_of(peer)) != 0 -> out = false
        :: else
        fi;
        peer++
    :: else -> break
    od;
#endif
    peer = 0;
    roster = 0
}

/* await_word(): the word first, then until the readers that are in have left. */
inline await_word() {
    do
    :: try_obtain();
        if
        :: got != No -> break
        :: else
        fi;
        lie_down();
#ifndef WITHOUT_SECOND_LOOK
        try_obtain();
#endif
        if
        :: got != No -> get_up(); break
        :: got == No -> wait_for()
#ifdef GIVES_UP
        :: got == No -> get_up(); goto end_of_wait
#endif
        fi;
        get_up()
    od;
    do
    :: readers_out();
        if
        :: out -> break
        :: else
        fi;
        lie_down();
#ifndef WITHOUT_SECOND_LOOK
        readers_out();
#endif
        if
        :: out -> get_up(); break
        :: !out -> wait_for()
#ifdef GIVES_UP
        :: !out -> get_up(); withdraw(); goto end_of_wait
#endif
        fi;
        get_up()
    od
}

proctype writer(byte self) {
    byte own, seen, peer, roster, unfenced;
    byte posted[PROCESSES];
    mtype got = No;
    bool out, swapped;
    {
#ifdef KNOWS_READERS_FROM_BEFORE
        roster = load(self, ROSTER);
#endif
        try_obtain();
        if
        :: got != No ->
            readers_out();
            if
            :: !out -> withdraw()
            :: else
            fi
        :: else
        fi;
        if
        :: got == No -> await_word()
        :: else
        fi;
        enter(got);
        put_back(0);
end_of_wait:
        skip
    } unless { dead[self] }
}

/* --- a reader */

inline leave() {
    store(self, reading_of(self), 0, release);
    light_fence(self);
    if
    :: load(self, HOLDER) % abandoned_bit != 0 -> wake_peers() /* wanted() */
    :: else -> skip
    fi
}

inline try_enter() {
    store(self, reading_of(self), 1, release);
#ifndef STATES_WITHOUT_FENCE
    drained(self); /* seq_cst, as the look */
#endif
#ifdef READER_DOES_NOT_LOOK
    seen = 0;
#else
    seen = load(self, HOLDER);
#endif
    if
    :: seen % abandoned_bit == 0 -> got = (seen == abandoned_bit -> Abandoned : Yes)
#ifdef WAITS_WITH_ITS_STATEMENT
    :: else -> skip
#else
    :: else -> leave()
#endif
    fi;
    seen = 0
}

#define wanted (load(self, HOLDER) % abandoned_bit != 0)

inline try_when_free() {
    if
    :: !wanted -> try_enter()
    :: else -> skip
    fi
}

proctype reader(byte self) {
    byte own, seen, peer, unfenced;
    byte posted[PROCESSES];
    mtype got = No;
    {
        memory[ROSTER] = memory[ROSTER] | bit_of(self); /* the daemon's, before it answers */
        try_enter();
        do
        :: got != No -> break
        :: else ->
            try_when_free();
            if
            :: got != No -> break
            :: else
            fi;
            lie_down();
#ifndef WITHOUT_SECOND_LOOK
            try_when_free();
#endif
            if
            :: got != No -> get_up(); break
            :: got == No -> wait_for()
#ifdef GIVES_UP
            :: got == No -> get_up(); goto end_of_wait
#endif
            fi;
            get_up()
        od;
        enter(got);
        leave();
end_of_wait:
        skip
    } unless { dead[self] }
}

/* --- the daemon */

#if defined(DEATHS) || defined(OUTCAST)
inline part(victim) {
    atomic {
        if
        :: memory[HOLDER] == id_of(victim) -> memory[HOLDER] = abandoned_bit /* abandon_lock() */
        :: else
        fi
    };
    atomic {
        memory[ROSTER] = memory[ROSTER] & ~bit_of(victim);
        peer = 0;
        do /* wake_all() */
        :: peer < PROCESSES -> posts[peer]++; peer++
        :: else -> break
        od;
        peer = 0
    }
}

proctype daemon() {
    byte victim, peer;
    select(victim : 0 .. PROCESSES - 1);
    atomic {
#ifdef DEATHS
        spoiled = spoiled || (inside & bit_of(victim) & all_writers);
        dead[victim] = true;
#else
        outcast = bit_of(victim);
#endif
        inside = inside & ~bit_of(victim)
    };
#ifdef DEATHS
    /* Its last stores were never made, or are in memory before its death is known. */
    if
    :: lose(victim)
    :: drained(victim)
    fi;
#endif
    part(victim)
}
#endif

init {
    atomic {
        byte process;
        for (process : 0 .. PROCESSES - 1) {
#ifndef SC
            run drain(process);
#endif
            if
            :: writes(process) -> run writer(process)
            :: else -> run reader(process)
            fi
        }
        process = 0;
#if defined(DEATHS) || defined(OUTCAST)
        run daemon();
#endif
    }
}
