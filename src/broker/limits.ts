/** Every limit of the broker. What exceeds one is refused or dropped, and counted by reason. */
export interface BrokerLimits {
	/** A receipt with a logo stays far below; mosquitto and most firmware agree on less. */
	payloadBytes: number;
	connections: number;
	/** A connection that has not finished its CONNECT, or any packet it began. */
	halfPacketMs: number;
	/** PUBLISH packets of one client whose effect is not on disk yet. */
	pendingPublishes: number;
	publishesPerSecond: number;
	publishBurst: number;
	/** Bytes written for a client and not yet taken by its socket. */
	backlogBytes: number;
	/** A client that takes nothing for so long is cut off. */
	stuckMs: number;
	/** Messages on the way to one persistent session that it has not acknowledged; they are repeated when it is back. */
	window: number;
	/** Messages on the way to a session that ends with its connection. */
	liveWindow: number;
	/** Messages that wait for one absent client; the oldest leaves first. */
	queuedMessages: number;
	queuedBytes: number;
	sessions: number;
	/** Sessions of one account, so that a faulty one leaves room for the others. */
	connectionsPerAccount: number;
	sessionsPerAccount: number;
	/** Bytes that wait in all sessions of one account. */
	queuedBytesPerAccount: number;
	/** A kept session whose client stays away so long is forgotten, with everything that waits in it. */
	sessionDays: number;
	retainedMessages: number;
	retainedBytes: number;
	/** Retained messages of one device, or of one account that is no device. A device's `state` does not count. */
	retainedPerAccount: number;
	retainedBytesPerAccount: number;
	subscriptionsPerClient: number;
	topicBytes: number;
	/** The longest keep-alive, in seconds, that a client of MQTT 5 is told to hold to; 0: its own counts. */
	serverKeepAliveSeconds: number;
	/** Connections from one address: so many at once, and then so many a second. */
	connectBurst: number;
	connectsPerSecond: number;
	/** Wrong passwords of one account from one address within a minute, before further answers wait. */
	wrongPasswords: number;
}

/** Room for the properties of a packet of MQTT 5, beside its payload and topic. */
const propertyBytes = 64 * 1024;

/** The Maximum Packet Size that is told to clients of MQTT 5, and held to. */
export const largestPacket5 = ({ payloadBytes, topicBytes }: BrokerLimits): number => payloadBytes + topicBytes + propertyBytes + 16;

/** Client id, will, user name and password, each at its longest. */
const connectBytes = 4 * 65_536;

/** The longest packet that is read. A connection that has not identified itself gets no more room than a CONNECT needs. */
export function largestPacketOf(limits: BrokerLimits, isFive: boolean, isConnect: boolean): number {
	if (isFive) return largestPacket5(limits);
	const { payloadBytes, topicBytes } = limits;
	return (isConnect ? Math.min(payloadBytes, connectBytes) : payloadBytes) + topicBytes + 16;
}

/** The keep-alive in force of a client of MQTT 5 that asked for `seconds`. */
export function keepAliveInForce({ serverKeepAliveSeconds: most }: BrokerLimits, seconds: number): number {
	return most > 0 && (seconds === 0 || seconds > most) ? most : seconds;
}

export const defaultLimits: BrokerLimits = {
	payloadBytes: 256 * 1024,
	connections: 2_000,
	halfPacketMs: 10_000,
	pendingPublishes: 256,
	publishesPerSecond: 10_000,
	publishBurst: 20_000,
	backlogBytes: 2 * 1024 * 1024,
	stuckMs: 8_000,
	window: 100,
	liveWindow: 1_000,
	queuedMessages: 10_000,
	queuedBytes: 8 * 1024 * 1024,
	sessions: 2_000,
	connectionsPerAccount: 200,
	sessionsPerAccount: 50,
	queuedBytesPerAccount: 32 * 1024 * 1024,
	sessionDays: 7,
	retainedMessages: 20_000,
	retainedBytes: 32 * 1024 * 1024,
	retainedPerAccount: 500,
	retainedBytesPerAccount: 1024 * 1024,
	subscriptionsPerClient: 200,
	topicBytes: 1_024,
	serverKeepAliveSeconds: 0,
	connectBurst: 500,
	connectsPerSecond: 20,
	wrongPasswords: 10,
};
