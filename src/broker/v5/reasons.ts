/** Reason codes of MQTT 5 [MQTT5 2.4], and the one for each of our faults. */

export const codes = {
	success: 0x00,
	disconnectWithWill: 0x04,
	noSubscribers: 0x10,
	noSubscriptionExisted: 0x11,
	malformedPacket: 0x81,
	protocolError: 0x82,
	implementationSpecific: 0x83,
	clientIdNotValid: 0x85,
	badPassword: 0x86,
	notAuthorized: 0x87,
	serverUnavailable: 0x88,
	serverBusy: 0x89,
	serverShuttingDown: 0x8b,
	badAuthenticationMethod: 0x8c,
	keepAliveTimeout: 0x8d,
	sessionTakenOver: 0x8e,
	topicFilterInvalid: 0x8f,
	topicNameInvalid: 0x90,
	packetIdNotFound: 0x92,
	receiveMaximumExceeded: 0x93,
	topicAliasInvalid: 0x94,
	packetTooLarge: 0x95,
	quotaExceeded: 0x97,
	administrativeAction: 0x98,
	retainNotSupported: 0x9a,
} as const;

/** Codes from here on are failures. */
export const firstFailure = 0x80;

/** Why a packet of MQTT 5 ends its connection. Refusals are counted under the same names. */
export const faultCodes = {
	"malformed-length": codes.malformedPacket,
	"header-flags": codes.malformedPacket,
	"cut-short": codes.malformedPacket,
	"text-not-utf8": codes.malformedPacket,
	"text-with-nul": codes.malformedPacket,
	"qos-3": codes.malformedPacket,
	"dup-without-qos": codes.malformedPacket,
	"property-unknown": codes.malformedPacket,
	"property-misplaced": codes.malformedPacket,
	"will-flags": codes.malformedPacket,
	"subscription-options": codes.malformedPacket,
	"packet-type": codes.protocolError,
	"packet-id-zero": codes.protocolError,
	"property-twice": codes.protocolError,
	"property-value": codes.protocolError,
	"no-topics": codes.protocolError,
	"topic-empty": codes.protocolError,
	"connect-twice": codes.protocolError,
	"response-topic": codes.protocolError,
	"shared-no-local": codes.protocolError,
	"session-expiry-raised": codes.protocolError,
	"auth-unexpected": codes.protocolError,
	"authentication-method": codes.badAuthenticationMethod,
	"topic-wildcard": codes.topicNameInvalid,
	"topic-too-long": codes.topicNameInvalid,
	"topic-alias": codes.topicAliasInvalid,
	"receive-maximum": codes.receiveMaximumExceeded,
	"packet-too-large": codes.packetTooLarge,
	"keep-alive": codes.keepAliveTimeout,
	"too-slow": codes.quotaExceeded,
} as const;

export type Fault5 = keyof typeof faultCodes;

export const isFault = (read: unknown): read is Fault5 => typeof read === "string";

/** Sentences for people who read the client's log; a client may ask to get none. */
export const reasonTexts: Readonly<Record<number, string>> = {
	[codes.implementationSpecific]: "the payload is not what this topic takes",
	[codes.notAuthorized]: "this account may not use this topic, or leave retained messages on it",
	[codes.topicFilterInvalid]: "this is not a topic filter",
	[codes.quotaExceeded]: "this account has used up its share",
	[codes.serverBusy]: "the disk does not take it at the moment; send it again",
};

/** CONNACK codes of MQTT 3.1.1, as the door's refusals carry them, in MQTT 5's own. */
export function connackCode(returnCode: number | undefined, reason: string): number {
	if (reason === "too-many-sessions" || reason === "too-many-connections") return codes.quotaExceeded;
	if (reason === "too-busy") return codes.serverBusy;
	if (reason === "will-retain-not-allowed") return codes.retainNotSupported;
	if (returnCode === 2) return codes.clientIdNotValid;
	if (returnCode === 4) return codes.badPassword;
	return returnCode === 5 ? codes.notAuthorized : codes.serverUnavailable;
}
