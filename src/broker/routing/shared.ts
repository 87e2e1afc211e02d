/**
 * Shared subscriptions: of a group's members each message goes to one [MQTT5 4.8.2].
 *
 *   $share/{group}/{filter}
 *
 * The member is chosen before the message is written down, because the queue of a kept session is on disk before the sender is
 * answered: those connected by turns, first those that have room; a kept session whose client is away only when nobody is there.
 */
import { filterTree, isFilter } from "./filter.ts";
import type { Subscriber } from "./subscribers.ts";

const prefix = "$share/";

/** The group and the filter of a shared subscription; null: it is none, or not well-formed [MQTT5-4.8.2-1], [MQTT5-4.8.2-2]. */
function readShare(topic: string): { group: string; filter: string } | null {
	if (!topic.startsWith(prefix)) return null;
	const slash = topic.indexOf("/", prefix.length);
	if (slash < 0) return null;
	const group = topic.slice(prefix.length, slash);
	const filter = topic.slice(slash + 1);
	return group !== "" && !/[+#]/.test(group) && isFilter(filter) ? { group, filter } : null;
}

/** The topics a subscription is about, whether it is shared or not. */
export const innerFilter = (topic: string): string => readShare(topic)?.filter ?? topic;

/** Whether somebody may subscribe to it at all. */
export const isSubscription = (topic: string): boolean => (topic.startsWith("$share") ? readShare(topic) !== null : isFilter(topic));

export interface Member {
	client: string;
	qos: number;
	asPublished: boolean;
	ident: number | undefined;
	/** Whether its copies above QoS 0 wait in the queue of its session. */
	isKept: boolean;
	/** While it is connected. */
	subscriber: Subscriber | undefined;
}

export interface SharedSubscriptions {
	/** Adds a member, or changes what is known of it. */
	set(topic: string, member: Omit<Member, "subscriber"> & { subscriber?: Subscriber }): void;
	/** The client's connection is gone; one whose session is kept stays a member. */
	left(topic: string, subscriber: Subscriber): void;
	delete(topic: string, client: string): void;
	/** One member of each group that this message is for. */
	choose(topic: string, qos: number): Member[];
	hasBelow(levels: readonly string[]): boolean;
}

interface Group {
	members: Map<string, Member>;
	/** The member that got the previous message. */
	turn: number;
}

const nobody: Member[] = [];

export function createShared(hasRoom: (subscriber: Subscriber) => boolean): SharedSubscriptions {
	const tree = filterTree<Group>();
	const groups = new Map<string, Group>();
	const choice = (group: Group, qos: number): Member | undefined => {
		const members = [...group.members.values()];
		let second: Member | undefined;
		let absent: Member | undefined;
		for (let i = 1; i <= members.length; i++) {
			const at = (group.turn + i) % members.length;
			const member = members[at]!;
			if (member.subscriber && hasRoom(member.subscriber)) {
				group.turn = at;
				return member;
			}
			if (member.subscriber) second ??= member;
			else if (member.isKept && Math.min(qos, member.qos) > 0) absent ??= member;
		}
		const other = second ?? absent;
		if (other) group.turn = members.indexOf(other);
		return other;
	};
	const drop = (topic: string, client: string): void => {
		const group = groups.get(topic);
		if (!group?.members.delete(client) || group.members.size > 0) return;
		groups.delete(topic);
		tree.delete(innerFilter(topic), topic);
	};
	return {
		set(topic, { subscriber, ...member }) {
			const share = readShare(topic);
			if (!share) return;
			let group = groups.get(topic);
			if (!group) {
				groups.set(topic, (group = { members: new Map(), turn: -1 }));
				tree.set(share.filter, topic, group);
			}
			group.members.set(member.client, { ...member, subscriber: subscriber ?? group.members.get(member.client)?.subscriber });
		},
		left(topic, subscriber) {
			const member = groups.get(topic)?.members.get(subscriber.client);
			if (member?.subscriber !== subscriber) return;
			if (member.isKept) member.subscriber = undefined;
			else drop(topic, subscriber.client);
		},
		delete: drop,
		choose(topic, qos) {
			if (groups.size === 0) return nobody;
			return tree.match(topic).flatMap((group) => choice(group, qos) ?? []);
		},
		hasBelow: tree.hasBelow,
	};
}
