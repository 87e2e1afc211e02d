/** Topics that a connection may publish and receive: by its account's kind, and for services by their own filters. */
import { isGatewaysAnnouncement, ownTopics } from "../home-assistant/announcements.ts";
import { covers, matches } from "../routing/filter.ts";
import type { Mapping } from "../routing/mapping.ts";
import { filterFor, type Role, topicTable } from "../topics.ts";
import type { Account } from "./accounts-file.ts";

/** One connection's rights. */
export interface Visitor {
	/** The account, or null for an anonymous program on this machine. */
	account: string | null;
	role: Role;
	/** Whether its integer quantities of weighed articles are milligrams. */
	isOldForm?: boolean;
	mayPublish(topic: string): boolean;
	/** Whether its messages on this topic are retained: where the contract retains them, or the account's profile. */
	mayRetain(topic: string): boolean;
	maySubscribe(filter: string): boolean;
}

export function visitorOf(account: Account, mapping: Mapping): Visitor {
	const { name, kind } = account;
	if (kind === "service") {
		const publish = account.publish ?? [];
		const subscribe = account.subscribe ?? [];
		return {
			account: name,
			role: kind,
			mayPublish: (topic) => !isGateways(topic) && publish.some((filter) => matches(filter, topic)),
			// Beyond the contract's own topics, what such an account may send is its profile.
			mayRetain: (topic) => !topic.startsWith("gondola/") || retainedRows.some((row) => matches(filterFor(row, {}), topic)),
			maySubscribe: (filter) => subscribe.some((allowed) => covers(allowed, filter)),
		};
	}
	const own = kind === "device" ? { device: name } : { till: name };
	const publish = topicTable.filter((row) => row.publish.includes(kind)).map((row) => filterFor(row, own));
	const subscribe = topicTable.filter((row) => row.subscribe.includes(kind)).map((row) => filterFor(row, own));
	const retained = retainedRows.filter((row) => row.publish.includes(kind)).map((row) => filterFor(row, own));
	const ofProfile = kind === "device" ? mapping.subscribeOf(name) : [];
	const announced = mapping.announcedBelow === undefined ? [] : [`${mapping.announcedBelow}/#`, `${ownTopics}/#`];
	const commands = `gondola/1/d/${name}/cmd`;
	return {
		account: name,
		role: kind,
		isOldForm: account.weighedQuantity === "milligrams",
		mayPublish: (topic) =>
			(topic !== commands && !topic.startsWith(`${commands}/`) && publish.some((filter) => matches(filter, topic))) ||
			(kind === "device" && !isGatewaysAnnouncement(topic) && mapping.devicesOf(topic).includes(name)) ||
			(kind === "viewer" && topic === `${mapping.announcedBelow}/status`),
		mayRetain: (topic) =>
			retained.some((filter) => matches(filter, topic)) || (kind === "device" && mapping.devicesOf(topic).includes(name)),
		// Dashboards ask for everything of the store at once.
		maySubscribe: (filter) =>
			[...subscribe, ...ofProfile].some((allowed) => covers(allowed, filter)) ||
			(kind !== "device" && covers("gondola/1/store/#", filter)) ||
			(kind === "viewer" && announced.some((allowed) => covers(allowed, filter))),
	};
}

/** A program on this machine, in the demo: any device's name, every topic but the gateway's own. */
export function localVisitor(mapping: Mapping): Visitor {
	return {
		account: null,
		role: "local",
		mayPublish: (topic) => !isGateways(topic) && (topic.startsWith("gondola/") || mapping.devicesOf(topic).length > 0),
		// A client without an account has no profile: programs under test may retain anything within their share.
		mayRetain: () => true,
		maySubscribe: (filter) => !filter.startsWith("$"),
	};
}

const retainedRows = topicTable.filter((row) => row.retained);

const answersOfTills = topicTable.filter(({ does }) => does === "sale-ack" || does === "basket-ack").map((row) => filterFor(row, {}));

/** Only the gateway publishes the store's prices, what it answers to tills, and what it tells Home Assistant of itself. */
function isGateways(topic: string): boolean {
	return (
		topic.startsWith("$") ||
		topic.startsWith("gondola/1/store/") ||
		isGatewaysAnnouncement(topic) ||
		answersOfTills.some((filter) => matches(filter, topic))
	);
}
