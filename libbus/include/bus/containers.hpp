// Named objects in a raw region: changed under the region's lock by writers, read under a reader's
// lock from read-only mappings. Not in the umbrella header: it needs Boost.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>

#include <bus/container_space.hpp>
#include <bus/raw.hpp>

namespace [[gnu::visibility("default")]] bus {

/// The containers of one raw region. Who reads them relies on those who may write the region.
/// Lifetime: must end before its region. Thread-safety: thread-bound, as its region.
class Containers {
public:
    /// What is there, to be changed, for as long as this lives; the region's lock is had. What a
    /// failed change left is as it was before that change.
    class Change : public ContainerWriter {
    public:
        Change(Change&& other) noexcept : ContainerWriter{other}, lock_{std::move(other.lock_)} {}
        Change& operator=(Change&&) = delete;
        ~Change() {
            if (lock_) end_change();
        }

    private:
        friend class Containers;
        Change(const ContainerWriter& writer, Region::Lock lock)
            : ContainerWriter{writer}, lock_{std::move(lock)} {
            begin_change();
        }
        Region::Lock lock_;
    };

    /// What is there, to be read, for as long as this lives.
    class View : public ContainerReader {
    private:
        friend class Containers;
        View(const ContainerReader& reader, Region::Lock lock)
            : ContainerReader{reader}, lock_{std::move(lock)} {}
        Region::Lock lock_;
    };

    /// What was there at one moment, copied, to be read for as long as this lives: nobody waits for
    /// whoever reads it. Outlives region and containers.
    class Snapshot : public ContainerReader {
    private:
        friend class Containers;
        static constexpr std::align_val_t alignment{4096};  // as the region's own
        struct Free {
            void operator()(std::byte* memory) const noexcept {
                ::operator delete(memory, alignment);
            }
        };
        using Memory = std::unique_ptr<std::byte, Free>;

        [[nodiscard]] static Memory copy(std::span<const std::byte> bytes) {
            Memory memory{static_cast<std::byte*>(::operator new(bytes.size(), alignment))};
            std::memcpy(memory.get(), bytes.data(), bytes.size());
            return memory;
        }
        Snapshot(Memory memory, std::size_t bytes, const std::string& label)
            : ContainerReader{{memory.get(), bytes}, label}, memory_{std::move(memory)} {}
        Memory memory_;
    };

    /// `label` names the region in errors.
    Containers(Region& region, std::string label) : region_{&region}, label_{std::move(label)} {}

    /// Waits for the lock; in a fresh region lays the containers out first. Requires: a writer's
    /// region, no Change or View of it alive. Throws: Error NoSuchRegion when it was removed,
    /// BadSegment when no containers of this layout are in it, or when a writer died in the middle
    /// of a change; reset() then.
    [[nodiscard]] Change change() {
        auto lock = take_lock();
        const auto memory = region_->writable_bytes();
        if (ContainerWriter::is_fresh(memory)) ContainerWriter::lay_out(memory, label_);
        ContainerWriter writer{memory, label_};
        check_whole(writer);
        return {writer, std::move(lock)};
    }
    /// Waits for the lock. Requires: no Change or View of it alive. Throws: as change(), and
    /// BadSegment where nobody has laid out anything yet.
    [[nodiscard]] View view() {
        auto lock = take_lock();
        const ContainerReader reader{region_->bytes(), label_};
        check_whole(reader);
        return {reader, std::move(lock)};
    }
    /// Waits for the lock, and has it for no longer than a copy of the region takes. Throws: as
    /// view().
    [[nodiscard]] Snapshot snapshot() {
        const auto lock = take_lock();
        const auto bytes = region_->bytes();
        check_whole({bytes, label_});
        return {Snapshot::copy(bytes), bytes.size(), label_};
    }
    /// Ends all objects, whatever state they are in. Requires and throws: as change().
    void reset() {
        const auto lock = take_lock();
        ContainerWriter::lay_out(region_->writable_bytes(), label_);
    }

private:
    [[nodiscard]] Region::Lock take_lock() {
        auto lock = region_->lock();
        if (!lock)
            throw Error{Errc::NoSuchRegion, label_ +
                                                ": the region was removed, or its bytes could "
                                                "not be opened"};
        return lock;
    }
    void check_whole(const ContainerReader& reader) const {
        if (reader.half_changed())
            throw Error{Errc::BadSegment, label_ + ": a writer died in the middle of a change"};
    }

    Region* region_;
    std::string label_;
};

}  // namespace bus
