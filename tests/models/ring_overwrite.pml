/* A ring whose publisher never waits: RingWriter::publish(), extend_overwrite(), reclaim_stretch()
 * against RingReader::take(), hold_next(), catch_up(), release().
 *
 * The first lap is published: sequences 1 to SLOTS lie in their slots. A payload is two words that
 * say its sequence; a sample is torn when they say anything else.
 */
#ifndef READERS
#define READERS 1
#endif
#ifndef HOLDS
#define HOLDS 1
#endif
#define STRETCH (READERS * HOLDS + 1)  /* derive_topic.cpp: choose_slots() with history 1 */
#define SLOTS (2 * STRETCH)
#ifndef LAST
#define LAST (2 * SLOTS)
#endif

#define skipped_bit 64
#define slot_of(sequence) (((sequence) - 1) % SLOTS)

#define FLOOR 1
#define CHANGE 2 /* the roster's: 1 once the subscriber that joins is in it */
#define HOLD(reader, hold) (3 + (reader) * HOLDS + (hold))
#define STAMP(sequence) (3 + READERS * HOLDS + slot_of(sequence))
#define FIRST(sequence) (STAMP(sequence) + SLOTS)
#define SECOND(sequence) (STAMP(sequence) + 2 * SLOTS)
#define WORDS (2 + READERS * HOLDS + 3 * SLOTS)

#define PROCESSES (1 + READERS)
#define writer 0
#include "memory.pml"

bool dead[PROCESSES];

/* peers[i].holds, one after the other; held_ is what of them lies in the stretch. */
inline scan_holds() {
    held = 0;
    reader = 0;
    do
    :: reader < READERS * HOLDS ->
#ifdef WITHOUT_SCAN
        skip;
#else
        hold = load(writer, HOLD(0, reader));
#endif
        d_step {
            if
            :: hold != 0 ->
                hold = (slot_of(hold) + SLOTS - slot_of(next)) % SLOTS;
                if
                :: hold < STRETCH -> held = held | (1 << hold)
                :: else
                fi
            :: else
            fi;
            hold = 0;
            reader++
        }
    :: else -> break
    od;
    reader = 0
}

inline reclaim_stretch() {
#ifndef FLOOR_AFTER_SCAN
    store(writer, FLOOR, next - SLOTS + STRETCH, release); /* raise_floor() */
#endif
    light_fence(writer);
#ifdef JOINS
    if
    :: load(writer, CHANGE) == 1 -> heavy_fence(writer)
    :: else /* peers.current().empty() */
    fi;
    if
    :: load(writer, CHANGE) == 1 -> scan_holds()
    :: else -> held = 0
    fi;
#else
#ifndef WITHOUT_HEAVY_FENCE
    heavy_fence(writer);
#endif
    scan_holds();
#endif
#ifdef FLOOR_AFTER_SCAN
    store(writer, FLOOR, next - SLOTS + STRETCH, release);
    heavy_fence(writer);
#endif
    reclaimed = next + STRETCH
}

inline publish() {
#ifdef STAMP_FIRST
    store(writer, STAMP(next), next, release);
#endif
    store(writer, FIRST(next), next, plain);
    store(writer, SECOND(next), next, plain);
#ifdef STAMP_RELAXED
    store(writer, STAMP(next), next, plain);
#endif
#if !defined(STAMP_FIRST) && !defined(STAMP_RELAXED)
    store(writer, STAMP(next), next, release);
#endif
}

proctype publisher() {
    byte next = SLOTS + 1;
    byte reclaimed = SLOTS + 1;
    byte held; /* bit i: the slot of sequence reclaimed - STRETCH + i is held */
    byte reader, hold, unfenced;
    {
        do
        :: next > LAST -> break
        :: else ->
            if
            :: next == reclaimed -> reclaim_stretch()
            :: else
            fi;
            if
            :: held & (1 << (next + STRETCH - reclaimed)) -> /* pass_held(), skip() */
                store(writer, STAMP(next), next | skipped_bit, release)
            :: else -> publish()
            fi;
            next++
        od
    } unless { dead[writer] };
    if
    :: dead[writer] -> lose(writer)
    :: true
    fi
}

inline see_floor() {
#ifdef WITHOUT_FLOOR_CHECK
    floor = 0;
#else
    floor = load(self, FLOOR);
#endif
}

/* States a hold on `next` and borrows the sample. */
inline hold_next(hold) {
#ifdef HOLD_AFTER_CHECK
    see_floor();
    store(self, hold, next, release);
#else
    store(self, hold, next, release);
#ifndef WITHOUT_LIGHT_FENCE
    light_fence(self);
#endif
    see_floor();
#endif
    if
    :: floor <= next ->
        assert(next > newest);
        newest = next;
        taken = next;
        next++
    :: else ->
        store(self, hold, 0, plain); /* nothing was read under it */
        catch_up()
    fi
}

inline catch_up() {
    floor = load(self, FLOOR);
    if
    :: floor > next -> next = floor
    :: else
    fi;
    floor = 0
}

inline take(hold) {
#ifdef STAMP_LOADED_RELAXED
    early = load(self, FIRST(next));
#endif
    stamp = load(self, STAMP(next));
    if
    :: stamp == next -> hold_next(hold)
    :: stamp == (next | skipped_bit) -> next++
    :: stamp != next && (stamp & ~skipped_bit) > next -> catch_up()
    :: (stamp & ~skipped_bit) < next /* not published yet */
    fi;
    d_step { stamp = 0; floor = 0 }
}

inline read(where) {
    stamp = load(self, where);
    assert(stamp == taken);
    stamp = 0
}

/* Reads the sample where it lies, and gives it back. */
inline use(hold) {
#ifdef STAMP_LOADED_RELAXED
    assert(early == taken);
#else
    read(FIRST(taken));
#endif
#ifdef RELEASED_BEFORE_READ
    store(self, hold, 0, release);
    read(SECOND(taken));
#else
    read(SECOND(taken));
    store(self, hold, 0, release);
#endif
    taken = 0
}

/* RingReader::bind(), as far as reclaim_stretch() depends on it; where it goes on is left open. */
inline bind() {
#ifdef JOINS
    memory[CHANGE] = 1; /* the daemon's, before it answers Activate */
#ifndef JOINS_WITHOUT_FENCE
    heavy_fence(self);
#endif
    if
    :: next = 1
    :: next = STRETCH + 1
    :: next = SLOTS + 1
    fi
#else
    next = 1
#endif
}

proctype subscriber(byte self) {
    byte next, newest, stamp, floor, unfenced;
    byte early, taken;
#if HOLDS == 2
    byte other;
#endif
    {
        bind();
        do
        :: taken == 0 -> take(HOLD(self - 1, 0))
        :: taken != 0 -> use(HOLD(self - 1, 0))
#if HOLDS == 2
        :: taken != 0 && other == 0 -> /* another on top, held longer */
            d_step { other = taken; taken = 0 };
            take(HOLD(self - 1, 1));
            if
            :: taken != 0 -> use(HOLD(self - 1, 1))
            :: else
            fi;
            d_step { taken = other; other = 0 };
#endif
        :: true -> break /* leaves, stops or dies, perhaps with a hold */
        od
    } unless { dead[self] }
}

#ifdef DEATHS
/* kill -9 at any step. */
proctype killer() {
    if
    :: dead[writer] = true
    :: dead[1] = true
    fi
}
#endif

init {
    atomic {
        byte sequence;
        memory[FLOOR] = 1;
        for (sequence : 1 .. SLOTS) {
            memory[STAMP(sequence)] = sequence;
            memory[FIRST(sequence)] = sequence;
            memory[SECOND(sequence)] = sequence
        }
        sequence = 0;
        run drain(0);
        run drain(1);
        run publisher();
        run subscriber(1);
#if READERS == 2
        run drain(2);
        run subscriber(2);
#endif
#ifdef DEATHS
        run killer();
#endif
    }
}
