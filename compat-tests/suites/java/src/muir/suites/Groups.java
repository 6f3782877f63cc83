package muir.suites;

import static muir.suites.BrokerUnderTest.admin;
import static muir.suites.BrokerUnderTest.nodes;
import static muir.suites.BrokerUnderTest.quietly;

import java.net.Socket;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.ShareMemberDescription;
import org.apache.kafka.clients.admin.StreamsGroupMemberDescription;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.apache.kafka.common.requests.ShareGroupHeartbeatRequest;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatRequest;
import org.apache.kafka.server.IntegrationTestUtils;

/** Groups of every type that a test left behind: their members are put out, then they are deleted. */
final class Groups {
    private static final int SECONDS = 10;
    private static final int ROUNDS_MAX = 4;  // A group can change its type as its members leave.
    private static final int LEAVING = -1;

    private Groups() {}

    static Object deleteAll() throws Exception {
        for (int round = 0; round < ROUNDS_MAX; round++) {
            Collection<GroupListing> groups = admin().listGroups().all().get(2 * SECONDS, TimeUnit.SECONDS);
            if (groups.isEmpty()) {
                break;
            }
            if (round > 0) {
                Thread.sleep(100);
            }
            groups.forEach(group -> quietly(() -> delete(group)));
        }
        return null;
    }

    private static Object delete(GroupListing group) throws Exception {
        String id = group.groupId();
        GroupType type = group.type().orElse(GroupType.CLASSIC);
        if (group.groupState().orElse(GroupState.UNKNOWN) != GroupState.EMPTY) {
            quietly(() -> putMembersOut(id, type));
        }
        switch (type) {
            case SHARE -> admin().deleteShareGroups(List.of(id)).all().get(SECONDS, TimeUnit.SECONDS);
            case STREAMS -> admin().deleteStreamsGroups(List.of(id)).all().get(SECONDS, TimeUnit.SECONDS);
            default -> admin().deleteConsumerGroups(List.of(id)).all().get(SECONDS, TimeUnit.SECONDS);
        }
        quietly(() -> CleanSlate.removeConfigs(List.of(new ConfigResource(ConfigResource.Type.GROUP, id))));
        return null;
    }

    private static Object putMembersOut(String id, GroupType type) throws Exception {
        switch (type) {
            case CONSUMER -> {
                for (MemberDescription member : admin().describeConsumerGroups(List.of(id)).all().get(SECONDS, TimeUnit.SECONDS).get(id).members()) {
                    send(id, new ConsumerGroupHeartbeatRequest.Builder(new ConsumerGroupHeartbeatRequestData().setGroupId(id)
                        .setMemberId(member.consumerId()).setInstanceId(member.groupInstanceId().orElse(null)).setMemberEpoch(LEAVING))
                        .build(ApiKeys.CONSUMER_GROUP_HEARTBEAT.latestVersion()));
                }
                quietly(() -> removeMembers(id));
            }
            case SHARE -> {
                for (ShareMemberDescription member : admin().describeShareGroups(List.of(id)).all().get(SECONDS, TimeUnit.SECONDS).get(id).members()) {
                    send(id, new ShareGroupHeartbeatRequest.Builder(new ShareGroupHeartbeatRequestData().setGroupId(id)
                        .setMemberId(member.consumerId()).setMemberEpoch(LEAVING)).build(ApiKeys.SHARE_GROUP_HEARTBEAT.latestVersion()));
                }
            }
            case STREAMS -> {
                for (StreamsGroupMemberDescription member : admin().describeStreamsGroups(List.of(id)).all().get(SECONDS, TimeUnit.SECONDS).get(id).members()) {
                    send(id, new StreamsGroupHeartbeatRequest.Builder(new StreamsGroupHeartbeatRequestData().setGroupId(id)
                        .setMemberId(member.memberId()).setMemberEpoch(LEAVING)).build(ApiKeys.STREAMS_GROUP_HEARTBEAT.latestVersion()));
                }
            }
            default -> removeMembers(id);
        }
        return null;
    }

    private static Object removeMembers(String id) throws Exception {
        return admin().removeMembersFromConsumerGroup(id, new RemoveMembersFromConsumerGroupOptions()).all().get(SECONDS, TimeUnit.SECONDS);
    }

    private static void send(String group, AbstractRequest request) throws Exception {
        Node node = nodes().get(0);
        try {
            node = admin().describeConsumerGroups(List.of(group)).all().get(SECONDS, TimeUnit.SECONDS).get(group).coordinator();
        } catch (ExecutionException e) {
            // There is only one node.
        }
        try (var socket = new Socket(node.host(), node.port())) {
            socket.setSoTimeout(SECONDS * 1000);
            IntegrationTestUtils.sendAndReceive(request, socket);
        }
    }
}
