/* Requests answered where they lie: ClientExchange::claim(), give_back(), look(), reclaim() and
 * ClientEnd's send() against ServerExchange::take(), scan(), refresh(), pending() and ServedEnd's
 * respond(), with the sleeps of ClientCore::await() and ServerCore::wait_for() around them.
 *
 * A payload is two words: a request n says n in both, its response n + answered. The client has up to
 * SLOTS requests under way, answered in any order. Nobody's sleep has a
 * bound. DEATHS: one of the two dies at any step, and the daemon says so in the roster.
 */
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef LAST
#define LAST 3
#endif

#define answered 32
#define requested_bit 64 /* of a stamp: sequence and state */

#define epoch_of(process) (1 + (process))
#define CHANGE 3 /* the roster's: bit 0: the client is gone, bit 1: the server is */
#define SENT 4
#define STAMP(slot) (5 + (slot))
#define FIRST(slot) (5 + SLOTS + (slot))
#define SECOND(slot) (5 + 2 * SLOTS + (slot))
#define WORDS (4 + 3 * SLOTS)

#define PROCESSES 2
#ifndef DEPTH
#define DEPTH 4
#endif
#define client 0
#define server 1
#include "memory.pml"

#ifdef EMPTY /* payloads: who wakes whom is all there is to see */
#define fill(process, where, what) skip
#define read(process, where, what) skip
#else
#define fill(process, where, what) store(process, where, what, plain)
#define read(process, where, what) assert(load(process, where) == what)
#endif

#define client_gone(change) ((change) & 1)
#define server_gone(change) ((change) & 2)

byte posts[PROCESSES];
bool dead[PROCESSES];
byte answers[LAST + 1]; /* that the server gave to each request */

#ifdef SPINS /* nobody sleeps: what is handed over is all there is to see */
#define wait_for(process) skip
#define lie_down(process) skip
#define get_up(process) skip
#define wake(process, other) skip
#else
inline wait_for(process) {
    posts[process] > 0
}

inline lie_down(process) {
    posts[process] = 0;
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

inline wake(process, other) {
    light_fence(process);
    seen = load(process, epoch_of(other));
    d_step {
        if
        :: (seen & 1) && seen != posted ->
            posted = seen;
            posts[other]++
        :: else
        fi;
        seen = 0
    }
}

#endif

/* --- the client */

inline send(slot) {
    sent++;
#ifdef STAMP_FIRST
    store(client, STAMP(slot), sent | requested_bit, release);
#endif
    fill(client, FIRST(slot), sent);
    fill(client, SECOND(slot), sent);
#ifdef STAMP_RELAXED
    store(client, STAMP(slot), sent | requested_bit, plain);
#endif
#ifdef SENT_BEFORE_STAMP
    store(client, SENT, sent, release);
#endif
#if !defined(STAMP_FIRST) && !defined(STAMP_RELAXED)
    store(client, STAMP(slot), sent | requested_bit, release);
#endif
#ifndef SENT_BEFORE_STAMP
    store(client, SENT, sent, release);
#endif
    sequence[slot] = sent;
    wake(client, server)
}

/* look() at each slot that was sent; an answer is read, and the slot is free again. */
inline look() {
    d_step { slot = 0; found = false };
    do
    :: slot < SLOTS && sequence[slot] != 0 ->
        seen = load(client, STAMP(slot));
#ifdef ANY_ANSWER_COUNTS
        seen = (seen & requested_bit -> 0 : sequence[slot]);
#endif
        if
        :: seen == sequence[slot] ->
            read(client, FIRST(slot), sequence[slot] + answered);
            read(client, SECOND(slot), sequence[slot] + answered);
            atomic {
                assert(answers[sequence[slot]] == 1);
                sequence[slot] = 0;
                found = true
            }
        :: else
        fi;
        seen = 0;
        slot++
    :: slot < SLOTS && sequence[slot] == 0 -> slot++
    :: slot >= SLOTS -> break
    od;
    slot = 0
}

#define under_way (sequence[0] != 0 || sequence[SLOTS - 1] != 0)
#define room (sequence[0] == 0 || sequence[SLOTS - 1] == 0)

inline await() {
    lie_down(client);
    change = load(client, CHANGE);
    found = false;
#ifndef WITHOUT_SECOND_LOOK
    look();
#endif
    if
    :: !found && !server_gone(change) -> wait_for(client)
    :: else
    fi;
    get_up(client)
}

proctype client_process() {
    byte sent, slot, seen, change, own, posted, unfenced;
    byte sequence[SLOTS]; /* of what is under way in each slot */
    bool found;
    {
        do
        :: sent < LAST && room ->
            slot = (sequence[0] == 0 -> 0 : SLOTS - 1);
            send(slot)
        :: sent < LAST && sequence[SLOTS - 1] == 0 && SLOTS > 1 ->
            slot = SLOTS - 1;
            send(slot)
#ifdef REUSES_WHAT_IS_UNDER_WAY
        :: sent < LAST && sequence[0] != 0 ->
            slot = 0;
            send(slot)
#endif
        :: under_way ->
            change = load(client, CHANGE); /* the look comes after the news */
            look();
            if
            :: !found && server_gone(change) -> break /* ServerGone */
            :: !found && !server_gone(change) -> await()
            :: found
            fi;
            d_step { found = false; change = 0 }
        :: sent == LAST && !under_way -> break
        od
    } unless { dead[client] };
    if
    :: dead[client] -> lose(client)
    :: drained(client)
    fi;
    atomic {
        drained(client) -> memory[CHANGE] = memory[CHANGE] | 1;
        posts[server]++ /* wake_all() */
    }
}

/* --- the server */

/* fresh_in(): the sequence of a request in this slot that was not taken yet, or 0. */
inline fresh_in(slot) {
    fresh = load(server, STAMP(slot));
    d_step {
        if
        :: (fresh & requested_bit) && !(in_hand & (1 << slot)) &&
            (fresh & ~requested_bit) != taken[slot] -> fresh = fresh & ~requested_bit
        :: else -> fresh = 0
        fi
    }
}

inline see(count) {
    if
    :: count > known -> known = count; scanned = 0
    :: else
    fi
}

inline accept(slot) {
    d_step {
        taken[slot] = fresh;
        in_hand = in_hand | (1 << slot);
        found++;
        see(fresh);
        fresh = 0
    };
    read(server, FIRST(slot), taken[slot]);
    read(server, SECOND(slot), taken[slot])
}

inline respond(slot) {
    atomic {
        answers[taken[slot]]++;
        assert(answers[taken[slot]] == 1)
    };
    fill(server, FIRST(slot), taken[slot] + answered);
#ifdef ANSWERS_FIRST
    store(server, STAMP(slot), taken[slot], release);
#endif
    fill(server, SECOND(slot), taken[slot] + answered);
#ifndef ANSWERS_FIRST
    store(server, STAMP(slot), taken[slot], release);
#endif
    atomic {
        in_hand = in_hand & ~(1 << slot);
        expected = slot
    };
    wake(server, client)
}

/* refresh(): how far the client has counted; more when not all of that was found. */
inline refresh() {
    seen = load(server, SENT);
    atomic {
        see(seen);
        seen = 0;
        more = found < known
    }
}

/* scan(): everything once around. Who counted more than there are lied: an honest client did not. */
inline scan() {
    do
    :: scanned < SLOTS ->
        slot = cursor;
        atomic {
            cursor = (cursor + 1) % SLOTS;
            scanned++
        };
        fresh_in(slot);
        if
        :: fresh != 0 -> scanned = 0; accept(slot); break
        :: else
        fi
    :: else ->
        assert(found >= known);
        found = known;
        break
    od;
    slot = 0
}

inline take() {
    if
    :: found >= known ->
        fresh_in(expected);
        if
        :: fresh != 0 -> accept(expected)
        :: else ->
            if
            :: refresh();
                if
                :: more -> scan()
                :: else
                fi
#ifdef SPINS
            :: true /* misses_ < interval_: not this time */
#endif
            fi
        fi
    :: else -> scan()
    fi;
    more = false
}

/* ServerCore::wait_for(): lies down, and looks with nothing overlooked. */
inline sleep_until() {
    lie_down(server);
    change = load(server, CHANGE);
    more = false;
#ifndef WITHOUT_SECOND_LOOK
#ifdef LOOKS_AT_EXPECTED_ALONE
    skip;
#else
    refresh();
#endif
    if
    :: !more -> fresh_in(expected); more = fresh != 0; fresh = 0
    :: else
    fi;
#endif
    if
    :: !more && !client_gone(change) -> wait_for(server)
    :: else
    fi;
    more = false;
    get_up(server)
}

proctype server_process() {
    byte slot, fresh, seen, change, own, posted, unfenced;
    byte taken[SLOTS]; /* the last sequence that was taken from each slot */
    byte in_hand, found, known, cursor, scanned, expected;
    bool more;
    {
        do
        :: in_hand != 0 -> take()
        :: in_hand & 1 -> respond(0)
#if SLOTS > 1
        :: in_hand & 2 -> respond(1)
#endif
        :: in_hand == 0 ->
            change = load(server, CHANGE);
            if
            :: client_gone(change) -> break
            :: else -> sleep_until(); take()
            fi;
            change = 0
        od
    } unless { dead[server] };
    if
    :: dead[server] ->
        if
        :: lose(server)
        :: drained(server)
        fi;
        atomic {
            memory[CHANGE] = memory[CHANGE] | 2;
            posts[client]++ /* wake_all() */
        }
    :: else
    fi
}

#ifdef DEATHS
proctype killer() {
    if
    :: dead[client] = true
    :: dead[server] = true
    fi
}
#endif

init {
    atomic {
        run drain(0);
        run drain(1);
        run client_process();
        run server_process();
#ifdef DEATHS
        run killer();
#endif
    }
}
