/* Who sleeps with something to do is woken: Sleeper::lie_down(), get_up(), SubscriberView::wake(),
 * PublisherCore::publish(), sleep_for_room(), SubscriberCore::sleep_until(), release(),
 * wake_publisher(), and the daemon's Region::wake_all().
 *
 * A lossless ring of SLOTS slots; each side sleeps without any bound when it has nothing to do, so a
 * wake-up that gets lost leaves it asleep for good: an invalid end state. A subscriber's wait ends
 * when all is taken or the publisher has departed and is drained.
 * JOINS: the publisher learns of the subscriber from the roster, at any time.
 */
#ifndef SLOTS
#define SLOTS 1
#endif
#ifndef LAST
#define LAST 3
#endif

#define slot_of(sequence) (((sequence) - 1) % SLOTS)
#define epoch_of(process) (1 + (process))
#define CURSOR 3
#define CHANGE 4 /* the roster's: bit 0: a subscriber is in, bit 1: the publisher has departed */
#define STAMP(sequence) (5 + slot_of(sequence))
#define WORDS (4 + SLOTS)

#define PROCESSES 2
#define writer 0
#define reader 1
#include "memory.pml"

#define subscribes(change) ((change) & 1)
#define departed(change) ((change) & 2)

byte posts[PROCESSES]; /* each one's semaphore */
bool dead[PROCESSES];

inline wait_for(process) {
    posts[process] > 0
}

/* lie_down() of src/waiting.hpp, and Sleeper. `own` is its value_. What Waker::forget() leaves, when no wait has
 * found it, only ends a wait too soon. */
inline lie_down(process) {
#ifndef FORGETS_WHILE_ASLEEP
    posts[process] = 0;
#endif
    own++;
    store(process, epoch_of(process), own, plain);
#ifdef WITHOUT_HEAVY_FENCE
    skip
#else
    heavy_fence(process)
#endif
}

inline get_up(process) {
    own++;
    store(process, epoch_of(process), own, plain)
}

/* SubscriberView::wake(), SubscriberCore::wake_publisher(): posts once a sleep. */
inline wake(process, other) {
    seen = load(process, epoch_of(other));
    if
    :: (seen & 1) && seen != posted ->
        posted = seen;
        posts[other]++
    :: else
    fi;
    seen = 0
}

inline wake_subscriber() {
#ifdef JOINS
    change = load(writer, CHANGE);
    if
    :: subscribes(change) -> wake(writer, reader)
    :: else
    fi;
    change = 0
#else
    wake(writer, reader)
#endif
}

inline publish() {
#ifdef WAKES_FIRST
    wake_subscriber();
#endif
    store(writer, STAMP(next), next, release);
#ifndef WAKES_FIRST
    light_fence(writer);
    wake_subscriber();
#endif
    next++
}

/* RingWriter::has_room(): by the cursor of whoever subscribes. */
inline look_for_room() {
    change = load(writer, CHANGE);
    room = true;
    if
    :: subscribes(change) ->
        seen = load(writer, CURSOR);
        room = (seen == 0 || next < seen + SLOTS);
        seen = 0
    :: else
    fi;
    change = 0
}

inline sleep_for_room() {
    lie_down(writer);
#ifndef WITHOUT_SECOND_LOOK
    look_for_room();
#endif
    if
    :: !room ->
#ifdef FORGETS_WHILE_ASLEEP
        posts[writer] = 0;
#endif
        wait_for(writer)
    :: else
    fi;
    get_up(writer)
}

proctype publisher() {
    byte next = 1;
    byte own, posted, seen, change, unfenced;
    bool room;
    {
        do
        :: next > LAST -> break
        :: else ->
            look_for_room();
            if
            :: room -> publish()
            :: else -> sleep_for_room()
            fi;
            room = false
        od
    } unless { dead[writer] };
    /* Its end, by leaving or by death, reaches the daemon once its stores are in memory. */
    if
    :: dead[writer] -> lose(writer)
    :: drained(writer)
    fi;
    atomic {
        drained(writer) -> memory[CHANGE] = memory[CHANGE] | 2;
        posts[reader]++ /* wake_all() */
    }
}

/* SubscriberCore::ready(), and whether the publisher has departed. */
inline look_for_sample() {
    change = load(reader, CHANGE);
    found = load(reader, STAMP(next)) >= next
}

inline sleep_until() {
    lie_down(reader);
#ifndef WITHOUT_SECOND_LOOK
    look_for_sample();
#endif
    if
    :: !found && !departed(change) ->
#ifdef FORGETS_WHILE_ASLEEP
        posts[reader] = 0;
#endif
        wait_for(reader)
    :: else
    fi;
    get_up(reader)
}

inline take() {
    next++;
    store(reader, CURSOR, next, release);
    light_fence(reader);
    wake(reader, writer)
}

proctype subscriber() {
    byte next = 1;
    byte own, posted, seen, change, unfenced;
    bool found;
    {
#ifdef JOINS
        atomic {
            memory[CHANGE] = memory[CHANGE] | 1;
            posts[writer]++ /* wake_all() */
        }
#endif
        store(reader, CURSOR, 1, release); /* bind() */
        heavy_fence(reader);
#ifdef JOINS
        /* What was published before is not owed: goes on at the newest. */
        do
        :: load(reader, STAMP(next)) > next -> next = load(reader, STAMP(next))
        :: else -> break
        od;
        store(reader, CURSOR, next, release);
        light_fence(reader);
        wake(reader, writer);
#endif
        do
        :: look_for_sample();
            if
            :: found -> take()
            :: !found && departed(change) -> break
            :: !found && !departed(change) -> sleep_until()
            fi;
            d_step { found = false; change = 0 }
        od
    } unless { dead[reader] };
    if
    :: dead[reader] ->
        lose(reader);
        atomic {
            memory[CHANGE] = memory[CHANGE] & ~1;
            posts[writer]++ /* wake_all() */
        }
    :: else
    fi
}

#ifdef DEATHS
proctype killer() {
    if
    :: dead[writer] = true
    :: dead[reader] = true
    fi
}
#endif

init {
    atomic {
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
