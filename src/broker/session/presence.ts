/** Which clients are connected, since when the others are absent, and which sessions have been absent for too long. */
import { defined } from "../../words/defined.ts";
import type { Instant } from "../../words/time.ts";
import type { Visitor } from "../access/rights.ts";
import { noteOp } from "../ledger/session-records.ts";
import { innerFilter } from "../routing/shared.ts";
import { type Mirror, type MirrorOptions, unknownTime } from "./mirror.ts";
import { rewind } from "./session.ts";

export function createPresence({ sessions, sessionOf, forget, serve, wills }: Mirror, options: MirrorOptions) {
	const { writer } = options;
	const presence = {
		/** Called when a client whose session is kept has its CONNACK. */
		clientReady(client: string, account: string | null, expiry?: number): void {
			const session = sessionOf(client);
			session.absentSince = null;
			session.owner = account;
			session.expiry = expiry;
			session.endsAt = undefined;
			const { sentTo, markedTo, markingTo } = session;
			const mayBeSentTo = Math.max(sentTo, markedTo, markingTo);
			const seenAt = options.now() ?? unknownTime;
			writer.later(noteOp(client, defined({ seenAt, isOnline: true, sentTo, mayBeSentTo, account, expiry })));
			rewind(session);
			serve(session);
		},
		clientGone(client: string): void {
			const session = sessions.get(client);
			if (!session) return;
			if (session.expiry === 0) return forget(client);
			session.absentSince = options.now() ?? unknownTime;
			const { absentSince: seenAt, sentTo, owner: account, expiry } = session;
			session.endsAt = expiry === undefined ? undefined : options.deadlines.inSeconds(expiry);
			writer.later(noteOp(client, defined({ seenAt, isOnline: false, sentTo, account, expiry })));
		},
		/** At its DISCONNECT a client of MQTT 5 may say another expiry. */
		setExpiry(client: string, seconds: number): void {
			const session = sessions.get(client);
			if (session) session.expiry = seconds;
		},
		/** Forgets this session, or all, where the expiry its client asked for has passed [MQTT5-3.1.2-23]. */
		endExpired(client?: string): void {
			for (const session of client === undefined ? [...sessions.values()] : [sessions.get(client)]) {
				if (session?.endsAt === undefined || !options.deadlines.isOver(session.endsAt)) continue;
				forget(session.client);
				options.onDropped("session-expired");
			}
		},
		/**
		 * Whether the session, its queue or the last will under this client id belong to another account, present or away. What no account
		 * left, or a build that noted none, goes to whoever may hear all that it subscribed to.
		 */
		isAnothers(client: string, { account, maySubscribe }: Pick<Visitor, "account" | "maySubscribe">): boolean {
			const session = sessions.get(client);
			const owner = session ? session.owner : wills.ownerOf(client);
			if (owner === account) return false;
			if (typeof owner === "string") return true;
			return session !== undefined && account !== null && ![...session.subscriptions.keys()].map(innerFilter).every(maySubscribe);
		},
		/** Deletes the sessions, queues and last wills of this account. */
		forgetAccount(account: string): void {
			for (const session of [...sessions.values()]) if (session.owner === account) forget(session.client);
			wills.forgetAccount(account);
		},
		/** Called before a stop, so that the next start knows that the clients were connected until then. */
		everybodyGone(): void {
			for (const session of sessions.values()) if (session.absentSince === null) presence.clientGone(session.client);
		},
		/** Forgets sessions whose clients were last here before this; an absence of unknown age begins now. */
		expire(before: Instant, now: Instant): void {
			for (const session of [...sessions.values()]) {
				if (session.absentSince === unknownTime) session.absentSince = now;
				if (session.absentSince === null || session.absentSince >= before) continue;
				forget(session.client);
				options.onDropped("session-expired");
			}
		},
	};
	return presence;
}
