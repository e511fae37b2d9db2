/* A lossless ring: RingWriter::publish(), give_back(), extend_block(), SubscriberView::look() against
 * RingReader::bind(), take(), release(). One publisher, one subscriber.
 *
 * Without JOINS the subscriber was active first: PublisherCore::meet_one() owes it everything from
 * sequence 1, and it binds Start::First. With JOINS it comes later, at any time, and binds
 * Start::History: once bound, everything from its first sequence on is owed to it.
 * A payload is two words that say its sequence.
 */
#define SLOTS 2
#define HISTORY 1
#ifndef LAST
#define LAST 5
#endif

/* In how many rounds an honest publisher lets bind() settle. */
#ifdef SKIPS
#define ROUNDS 3
#else
#define ROUNDS 2
#endif

#define skipped_bit 64
#define slot_of(sequence) (((sequence) - 1) % SLOTS)

#define FLOOR 1
#define HEAD 2
#define CHANGE 3 /* the roster's: 1 while the subscriber is in it */
#define LANE 4   /* LaneHead::publisher: 1 once the cursor is stated */
#define CURSOR 5
#define STAMP(sequence) (6 + slot_of(sequence))
#define FIRST(sequence) (6 + SLOTS + slot_of(sequence))
#define SECOND(sequence) (6 + 2 * SLOTS + slot_of(sequence))
#define WORDS (5 + 3 * SLOTS)

#define PROCESSES 2
#define DEPTH 5
#define writer 0
#define self 1
#include "memory.pml"

bool dead[PROCESSES];

/* SubscriberView::look(), of each of peers.current(); `oldest` is oldest_needed(). */
inline look() {
    oldest = next;
    if
    :: load(writer, CHANGE) == 1 ->
        if
        :: load(writer, LANE) == 1 ->
            seen = load(writer, CURSOR);
            d_step {
                if
                :: seen > needed -> needed = seen
                :: else
                fi;
                if
                :: needed > next -> needed = next
                :: else
                fi;
                seen = 0
            }
        :: else
        fi;
        if
        :: needed != 0 -> oldest = needed
        :: else
        fi
    :: else
    fi
}

inline raise_floor() {
    if
    :: kept > floor ->
        floor = kept;
        store(writer, FLOOR, kept, release)
    :: else
    fi
}

/* One loan at a time: the head is next - 1. */
inline extend_block() {
    look();
    kept = (next > HISTORY -> next - HISTORY : 1);
    kept = (oldest < kept -> oldest : kept);
    if
    :: kept + SLOTS > next ->
#ifndef FLOOR_AFTER_LOOK
        raise_floor();
#endif
#ifndef WITHOUT_SECOND_LOOK
        light_fence(writer);
        look();
#endif
#ifdef FLOOR_AFTER_LOOK
        raise_floor();
#endif
        d_step {
            kept = (oldest < kept -> oldest : kept) + SLOTS;
            stop = (kept > next -> kept : next)
        }
    :: else
    fi;
    d_step { kept = 0; oldest = 0 }
}

inline publish() {
    store(writer, FIRST(next), next, plain);
    store(writer, SECOND(next), next, plain);
#ifdef STAMP_RELAXED
    store(writer, STAMP(next), next, plain);
#else
    store(writer, STAMP(next), next, release);
#endif
    store(writer, HEAD, next, release)
}

inline give_back() {
    store(writer, STAMP(next), next | skipped_bit, release);
    store(writer, HEAD, next, release)
}

proctype publisher() {
    byte next = 1;
    byte stop = SLOTS + 1;
    byte floor = 1;
#if defined(JOINS) || defined(OWES_WHAT_IS_STATED)
    byte needed = 0;
#else
    byte needed = 1;
#endif
    byte seen, oldest, kept;
    {
        do
        :: next > LAST -> break
        :: next <= LAST && next == stop -> extend_block()
        :: next <= LAST && next != stop ->
            if
            :: publish()
#ifdef SKIPS
            :: give_back()
#endif
            fi;
            next++
        od
    } unless { dead[writer] };
    if
    :: dead[writer] -> lose(writer)
    :: true
    fi
}

/* The oldest of the last `history` samples that is still there, or what comes after the newest. */
inline first_to_take() {
    floor = load(self, FLOOR);
#ifdef JOINS
    head = load(self, HEAD);
    d_step {
        first = head + 1;
        wanted = HISTORY;
        at = head;
        oldest = (head < SLOTS -> 1 : head - SLOTS + 1);
        oldest = (floor > oldest -> floor : oldest)
    }
    do
    :: wanted > 0 && at >= oldest && at > 0 ->
        stamp = load(self, STAMP(at));
        if
        :: stamp == at -> d_step { first = at; wanted-- }
        :: stamp == (at | skipped_bit)
        :: else -> break
        fi;
        at--
    :: else -> break
    od;
    first = (floor > first -> floor : first);
    d_step { head = 0; wanted = 0; at = 0; oldest = 0; stamp = 0 };
#else
    first = (floor > 1 -> floor : 1);
#endif
    floor = 0
}

/* RingReader::bind(): chooses the first sequence, and states it so that the publisher keeps it. */
inline bind() {
    store(self, LANE, 0, release);
    do
    :: round++;
        assert(round <= ROUNDS);
        first_to_take();
        store(self, CURSOR, first, plain);
        store(self, LANE, 1, release);
#ifndef JOINS_WITHOUT_FENCE
        heavy_fence(self);
#endif
#ifdef JOINS_WITHOUT_RECHECK
        break;
#endif
        if
        :: load(self, FLOOR) <= first -> break
        :: else
        fi
    od;
#ifndef JOINS
    assert(first == 1); /* it was there first: all that was ever published */
#endif
    next = first;
    d_step { first = 0; round = 0 }
}

inline read(where) {
    stamp = load(self, where);
    assert(stamp == next);
    stamp = 0
}

/* RingReader::take(), the reading where it lies, and release(). */
inline take() {
    stamp = load(self, STAMP(next));
    if
    :: stamp == next ->
        stamp = 0;
        read(FIRST(next));
#ifdef RELEASED_BEFORE_READ
        store(self, CURSOR, next + 1, release);
        read(SECOND(next));
#else
        read(SECOND(next));
        store(self, CURSOR, next + 1, release);
#endif
        next++
    :: stamp == (next | skipped_bit) ->
        stamp = 0;
        next++;
        store(self, CURSOR, next, release)
    :: else ->
        /* Behind: not published yet. Ahead: one was lost, which must not be. */
        assert((stamp & ~skipped_bit) < next);
        stamp = 0
    fi
}

proctype subscriber() {
    byte next, first, floor, stamp, round, unfenced;
#ifdef JOINS
    byte head, wanted, at, oldest;
#endif
    {
#ifdef JOINS
        memory[CHANGE] = 1; /* the daemon's, before it answers Activate */
#endif
        bind();
        do
        :: next <= LAST -> take()
        :: next > LAST -> break
        :: true -> break /* stops taking */
        od
    } unless { dead[self] }
}

#ifdef DEATHS
/* kill -9 at any step; the daemon takes a dead subscriber out of the roster. */
proctype killer() {
    if
    :: dead[writer] = true
    :: dead[self] = true;
        lose(self);
        memory[CHANGE] = 2
    fi
}
#endif

init {
    atomic {
        memory[FLOOR] = 1;
#ifndef JOINS
        memory[CHANGE] = 1;
#endif
        run drain(0);
        run drain(1);
        run publisher();
        run subscriber();
#ifdef DEATHS
        run killer();
#endif
    }
}
