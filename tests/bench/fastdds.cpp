// Fast DDS 2: a topic for each direction, its samples lent by the writer and by the reader out of
// memory that both map (data sharing); what announces them goes through the shared-memory
// transport.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fastdds/dds/core/LoanableSequence.hpp>
#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/log/Log.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/SampleInfo.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>
#include <fastdds/dds/topic/TopicDataType.hpp>
#include <fastdds/dds/topic/TypeSupport.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <fastdds/rtps/transport/shared_mem/SharedMemTransportDescriptor.h>

#include "bench/payload.hpp"
#include "bench/rally.hpp"
#include "plugin.hpp"

namespace bench {
namespace {

namespace dds = eprosima::fastdds::dds;
namespace rtps = eprosima::fastrtps::rtps;
using Returned = eprosima::fastrtps::types::ReturnCode_t;
using namespace std::chrono_literals;

// In the library's memory a sample follows four bytes of its own.
constexpr std::size_t to_alignment = 4;

// So many bytes, as they are in memory.
class Bytes final : public dds::TopicDataType {
public:
    explicit Bytes(std::size_t size) {
        setName("bytes");
        m_typeSize = static_cast<std::uint32_t>(to_alignment + size + 4);
        auto_fill_type_object(false);
        auto_fill_type_information(false);
    }
    bool serialize(void*, rtps::SerializedPayload_t*) override { return false; }  // all are lent
    bool deserialize(rtps::SerializedPayload_t*, void*) override { return false; }
    std::function<std::uint32_t()> getSerializedSizeProvider(void*) override {
        return [this] { return m_typeSize; };
    }
    void* createData() override { return std::malloc(m_typeSize); }
    void deleteData(void* data) override { std::free(data); }
    bool getKey(void*, rtps::InstanceHandle_t*, bool) override { return false; }
    [[nodiscard]] bool is_bounded() const override { return true; }
    [[nodiscard]] bool is_plain() const override { return true; }
    bool construct_sample(void*) const override { return true; }
};

void check(const Returned& returned, const char* what) {
    if (returned != Returned::RETCODE_OK)
        throw std::runtime_error{std::string{what} + ": " + std::to_string(returned())};
}

template <class T>
[[nodiscard]] T* made(T* entity, const char* what) {
    if (entity == nullptr) throw std::runtime_error{what};
    return entity;
}

class FastDdsLink {
public:
    FastDdsLink(Scene& scene, std::size_t size) : size_{size} {
        dds::Log::SetVerbosity(dds::Log::Kind::Error);
        participant_.reset(made(factory().create_participant(domain(scene), participant_qos()),
                                "create_participant"));
        const dds::TypeSupport type{new Bytes{size}};
        check(type.register_type(participant_.get()), "register_type");
        auto* publisher =
            made(participant_->create_publisher(dds::PUBLISHER_QOS_DEFAULT), "create_publisher");
        auto* subscriber =
            made(participant_->create_subscriber(dds::SUBSCRIBER_QOS_DEFAULT), "create_subscriber");
        writer_ = made(publisher->create_datawriter(topic(scene.first() ? "ping" : "pong"),
                                                    qos_of<dds::DataWriterQos>()),
                       "create_datawriter");
        reader_ = made(subscriber->create_datareader(topic(scene.first() ? "pong" : "ping"),
                                                     qos_of<dds::DataReaderQos>()),
                       "create_datareader");
        await_peer();
        scene.partner().meet();
    }

    void send(std::uint64_t number) {
        void* sample = nullptr;
        auto returned = writer_->loan_sample(sample);
        while (returned == Returned::RETCODE_OUT_OF_RESOURCES) {  // until the reader has read on
            std::this_thread::yield();
            returned = writer_->loan_sample(sample);
        }
        check(returned, "loan_sample");
        write_payload(static_cast<std::byte*>(sample) + to_alignment, size_, number);
        // A full history seems to report a timeout at once, and to leave the sample on loan.
        while ((returned = writer_->write(sample, rtps::InstanceHandle_t{})) ==
               Returned::RETCODE_TIMEOUT)
            std::this_thread::yield();
        check(returned, "write");
    }
    [[nodiscard]] bool receive(std::uint64_t number) {
        dds::LoanableSequence<std::byte> samples;
        dds::SampleInfoSeq infos;
        while (reader_->take(samples, infos, 1) != Returned::RETCODE_OK)
            reader_->wait_for_unread_message({1, 0});
        const bool right = infos[0].valid_data && holds(&samples[0] + to_alignment, size_, number);
        check(reader_->return_loan(samples, infos), "return_loan");
        return right;
    }

private:
    [[nodiscard]] static dds::DomainParticipantFactory& factory() {
        return *dds::DomainParticipantFactory::get_instance();
    }
    // One of its own for each run, of the 233 there are.
    [[nodiscard]] static std::uint32_t domain(Scene& scene) {
        return static_cast<std::uint32_t>(std::hash<std::string>{}(scene.label()) % 200);
    }
    [[nodiscard]] static dds::DomainParticipantQos participant_qos() {
        dds::DomainParticipantQos qos;
        qos.transport().use_builtin_transports = false;
        qos.transport().user_transports.push_back(
            std::make_shared<eprosima::fastdds::rtps::SharedMemTransportDescriptor>());
        return qos;
    }
    // Nothing is lost, and a few samples may be on the way.
    template <class Qos>
    [[nodiscard]] Qos qos_of() const {
        Qos qos;
        const auto samples = static_cast<int>(std::clamp<std::size_t>((16 << 20) / size_, 4, 256));
        qos.reliability().kind = dds::RELIABLE_RELIABILITY_QOS;
        qos.reliability().max_blocking_time = {60, 0};
        qos.durability().kind = dds::VOLATILE_DURABILITY_QOS;
        qos.history().kind = dds::KEEP_ALL_HISTORY_QOS;
        qos.resource_limits().max_samples = samples;
        qos.resource_limits().max_instances = 1;
        qos.resource_limits().max_samples_per_instance = samples;
        qos.resource_limits().allocated_samples = samples;
        // With one, payloads of 8 MiB were overwritten while they were read (5 of a run); with two
        // they were not in 8 runs. A reader seems to acknowledge what it takes before it is read.
        qos.resource_limits().extra_samples = 2;
        qos.data_sharing().on("");  // or fail: never a copy through a socket
        return qos;
    }
    [[nodiscard]] dds::Topic* topic(const char* name) {
        return made(participant_->create_topic(name, "bytes", dds::TOPIC_QOS_DEFAULT),
                    "create_topic");
    }
    void await_peer() const {
        dds::PublicationMatchedStatus readers;
        dds::SubscriptionMatchedStatus writers;
        do {
            std::this_thread::sleep_for(1ms);
            writer_->get_publication_matched_status(readers);
            reader_->get_subscription_matched_status(writers);
        } while (readers.current_count == 0 || writers.current_count == 0);
    }

    struct End {
        void operator()(dds::DomainParticipant* participant) const noexcept {
            participant->delete_contained_entities();
            factory().delete_participant(participant);
        }
    };

    std::size_t size_;
    std::unique_ptr<dds::DomainParticipant, End> participant_;
    dds::DataWriter* writer_ = nullptr;
    dds::DataReader* reader_ = nullptr;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    using namespace bench;
    return play_plugin(argc, argv, "bench-fastdds",
                       {transport<FastDdsLink>("Fast DDS", Model::SharedMemory, refuses_nothing)});
}
