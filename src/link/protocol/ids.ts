import { createHash } from "node:crypto";
import { z } from "zod";

/**
 * Names that survive every broker: NATS closes the connection on a dot or a space, RabbitMQ takes a dot for a separator (LINK, Wire).
 *
 *   gondola/1/{tenant}/{shard}/{store}/up/{ch}     the store writes, HQ reads
 *   gondola/1/{tenant}/{shard}/{store}/dn/{ch}     HQ writes, the store reads
 */
export const name = z.string().regex(/^[a-z0-9_-]{1,32}$/, "1 to 32 of a-z, 0-9, _ and -");

export const channels = ["hello", "data", "ack", "nak", "req", "cmd", "res"] as const;
export type Channel = (typeof channels)[number];

/** HQ answers a store's message on these channels at once: with a welcome, an acknowledgement, records. */
export const isAnswered = (channel: Channel): boolean => channel === "hello" || channel === "data" || channel === "req";
export type Direction = "up" | "dn";

export interface Address {
	tenant: string;
	store: string;
}

export interface Topic extends Address {
	direction: Direction;
	channel: Channel;
}

/**
 * Two hex digits of sha256(store): HQ processes divide 256 shards among themselves, because shared subscriptions are not
 * to be had everywhere.
 */
export function shardOf(store: string): string {
	return createHash("sha256").update(store).digest("hex").slice(0, 2);
}

export function topicOf({ tenant, store, direction, channel }: Topic): string {
	return `gondola/1/${tenant}/${shardOf(store)}/${store}/${direction}/${channel}`;
}

/** The one filter a store subscribes to. */
export function storeFilter({ tenant, store }: Address): string {
	return `gondola/1/${tenant}/${shardOf(store)}/${store}/dn/+`;
}

/** HQ's filters: one for all shards, or one for each shard this process answers for. */
export function hqFilters(tenant: string, shards?: readonly string[]): string[] {
	return (shards ?? ["+"]).map((shard) => `gondola/1/${tenant}/${shard}/+/up/+`);
}

const topicShape = /^gondola\/1\/([a-z0-9_-]{1,32})\/([0-9a-f]{2})\/([a-z0-9_-]{1,32})\/(up|dn)\/([a-z]+)$/;

/** Undefined for a topic that does not belong to the link, or whose shard is not that of its store. */
export function readTopic(topic: string): Topic | undefined {
	const parts = topicShape.exec(topic);
	if (!parts) return undefined;
	const [, tenant, shard, store, direction, channel] = parts as unknown as [string, string, string, string, Direction, Channel];
	if (!channels.includes(channel) || shard !== shardOf(store)) return undefined;
	return { tenant, store, direction, channel };
}

export function clientIdOf(tenant: string, store: string, inc: number): string {
	return `gondola-${tenant}-${store}-${inc}`;
}
