/** Who is connected, who is away since when, and whose session has been away for too long. */
import { defined } from "../../words/defined.ts";
import type { Instant } from "../../words/time.ts";
import type { Visitor } from "../access/rights.ts";
import { noteOp } from "../ledger/session-records.ts";
import { type Mirror, type MirrorOptions, unknownTime } from "./mirror.ts";
import { rewind } from "./session.ts";

export function createPresence({ sessions, sessionOf, forget, serve, wills }: Mirror, options: MirrorOptions) {
	const { writer } = options;
	const presence = {
		/** A client whose session is kept has its CONNACK. */
		clientReady(client: string, account: string | null): void {
			const session = sessionOf(client);
			session.absentSince = null;
			session.owner = account;
			const { sentTo, markedTo, markingTo } = session;
			const mayBeSentTo = Math.max(sentTo, markedTo, markingTo);
			writer.later(noteOp(client, { seenAt: options.now() ?? unknownTime, isOnline: true, sentTo, mayBeSentTo, account }));
			rewind(session);
			serve(session);
		},
		clientGone(client: string): void {
			const session = sessions.get(client);
			if (!session) return;
			session.absentSince = options.now() ?? unknownTime;
			const { absentSince: seenAt, sentTo, owner: account } = session;
			writer.later(noteOp(client, defined({ seenAt, isOnline: false, sentTo, account })));
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
			return session !== undefined && account !== null && ![...session.subscriptions.keys()].every(maySubscribe);
		},
		/** Everything that was left by this account. */
		forgetAccount(account: string): void {
			for (const session of [...sessions.values()]) if (session.owner === account) forget(session.client);
		},
		/** Before a stop, so that the next start knows that nobody was cut off. */
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
