import { useState } from "preact/hooks";
import { useSpeech } from "../language/language.ts";
import { useMorningWords } from "../language/morning-words.ts";
import { Mark } from "../shared/mark.tsx";
import { hasPasskeys } from "../shared/passkeys.ts";
import { api, useCockpit } from "../state/state.ts";
import { useView, views } from "../state/view.ts";
import { LanguageChoice } from "./language-choice.tsx";

/** Which store this is, and its line to head office. A store without its line works on, so that is no error here. */
export function Header() {
	const { say, f } = useSpeech();
	const status = useCockpit((all) => all.status);
	const line = useCockpit((all) => all.line);
	const now = useCockpit((all) => all.now);
	return (
		<header class="top">
			<div class="house">
				<Mark />
				<h1>
					<span class="brand">Gondola</span>
					<span class="store">{status ? `${say("store")} ${status.store}` : say("opening")}</span>
				</h1>
			</div>
			<HeadOffice />
			<Corner />
			<Pages />
			{line === "lost" && status && (
				<p class="lost" role="alert">
					{say("gatewayLost", f.ago(status.now, now))}
				</p>
			)}
		</header>
	);
}

/** The pages of the cockpit, with the number of alarms that stand. */
function Pages() {
	const { f, say } = useSpeech();
	const words = useMorningWords();
	const view = useView();
	const alarms = useCockpit((all) => all.alarms);
	const opened = useCockpit((all) => all.status !== null);
	const maySell = useCockpit((all) => all.who?.rights.includes("orders.read") ?? false);
	const maySet = useCockpit((all) => all.who?.rights.includes("settings.read") ?? false);
	const worst = alarms.some(({ level }) => level === "RED") ? "red" : alarms.some(({ level }) => level === "YELLOW") ? "yellow" : "blue";
	return (
		<nav class="pages" aria-label={words("pages")}>
			{views
				.filter((each) => (each === "settings" ? maySet : each !== "selling" || maySell))
				.map((each) => (
					<a key={each} href={`#${each}`} aria-current={view === each ? "page" : undefined}>
						{words(each)}
					</a>
				))}
			<a href="/till">{say("tillPage")}</a>
			{opened && alarms.length > 0 && (
				<a class={`alarm-count ${worst}`} href="#morning">
					{words("alarmCount", f.number(alarms.length))}
				</a>
			)}
		</nav>
	);
}

function HeadOffice() {
	const { say, f } = useSpeech();
	const hq = useCockpit((all) => all.status?.hq);
	const now = useCockpit((all) => all.now);
	if (!hq) return null;
	if (!hq.configured)
		return (
			<div class="hq alone" role="status">
				<span class="hq-line">{say("alone")}</span>
			</div>
		);
	return (
		<div class={`hq ${hq.connected ? "joined" : "apart"}`} role="status">
			<span class="hq-line">
				<i class="lamp" aria-hidden="true" />
				{say(hq.connected ? "connected" : "apart")}
				<span class="quiet">{hq.lastContact === null ? say("neverHeard") : say("heardAgo", f.ago(hq.lastContact, now))}</span>
			</span>
			<dl>
				<div class={hq.factsWaiting > 0 && !hq.connected ? "weighty" : ""}>
					<dd>{f.number(hq.factsWaiting)}</dd>
					<dt>
						{say("factsWaiting")}
						{hq.oldestSeconds > 5 && <span class="quiet"> · {say("oldest", f.span(hq.oldestSeconds))}</span>}
					</dt>
				</div>
				{hq.offlineDaysLeft !== null && (
					<div>
						<dd>{f.days(hq.offlineDaysLeft)}</dd>
						<dt>{say("daysLeft")}</dt>
					</div>
				)}
			</dl>
		</div>
	);
}

/** The time, who is signed in, and what they may do for themselves. */
function Corner() {
	const { say, f } = useSpeech();
	const now = useCockpit((all) => all.now);
	const who = useCockpit((all) => all.who);
	return (
		<div class="corner">
			<time class="clock">{f.minute(now)}</time>
			{who && <span class="who">{who.name}</span>}
			{who?.kind === "user" && who.name !== "demo" && (
				<>
					{hasPasskeys() && <AddPasskey />}
					<button type="button" class="ghost" onClick={signOut}>
						{say("signOut")}
					</button>
				</>
			)}
			<LanguageChoice />
		</div>
	);
}

const signOut = (): Promise<void> =>
	api.signOut().then(
		() => location.reload(),
		() => location.reload(),
	);

function AddPasskey() {
	const { say } = useSpeech();
	const [outcome, setOutcome] = useState<"none" | "added" | Error>("none");
	const add = (): Promise<void> =>
		api.addPasskey(navigator.platform.slice(0, 40) || "browser").then(
			() => setOutcome("added"),
			(error: Error) => setOutcome(error),
		);
	const message = outcome instanceof Error ? outcome.message : "";
	return (
		<button type="button" class="ghost" onClick={add}>
			{outcome === "added" ? say("passkeyAdded") : message || say("addPasskey")}
		</button>
	);
}
