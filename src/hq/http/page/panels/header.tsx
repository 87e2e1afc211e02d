import { useEffect, useRef } from "preact/hooks";
import { LanguageSelect } from "../../../../desk/cockpit/shared/language-select.tsx";
import { Mark } from "../../../../desk/cockpit/shared/mark.tsx";
import { useSpeech } from "../language/language.ts";
import { addressOf, api, change, failed, speak, useMay, useOffice, views } from "../state/state.ts";

/** On a phone the row of sections is wider than the screen: the open one is scrolled into sight. */
function Views() {
	const { say } = useSpeech();
	const view = useOffice((all) => all.view);
	const mayPush = useMay("pushes.write");
	const mayAudit = useMay("audit.read");
	const row = useRef<HTMLElement>(null);
	useEffect(() => {
		const open = row.current?.querySelector<HTMLElement>("[aria-current]");
		if (row.current && open) row.current.scrollLeft = open.offsetLeft - (row.current.clientWidth - open.offsetWidth) / 2;
	}, [view, say]);
	return (
		<nav class="views" aria-label={say("views")} ref={row}>
			{views
				.filter((each) => (each !== "new" || mayPush) && (each !== "audit" || mayAudit))
				.map((each) => (
					<a key={each} href={addressOf(each)} aria-current={each === view ? "page" : undefined}>
						{say(each)}
					</a>
				))}
		</nav>
	);
}

/** The view's name, the state of all stores, and head office's own alarms. */
export function Header() {
	const { say, f, language } = useSpeech();
	const line = useOffice((all) => all.line);
	const who = useOffice((all) => all.who);
	const stores = useOffice((all) => all.stores);
	const loaded = useOffice((all) => all.storesLoaded);
	const now = useOffice((all) => all.now);
	const heardAt = useOffice((all) => all.heardAt);
	const connected = stores.filter((store) => store.connected).length;
	const signOut = () => api.signOut().then((left) => (left ? location.assign(left.signOutAt) : reload()), reload);
	return (
		<header class="top">
			<div class="house">
				<Mark />
				<h1>
					<span class="brand">Gondola</span>
					<span class="store">{say("title")}</span>
				</h1>
			</div>
			<p class="chain" role="status">
				{loaded ? say("connectedOf", f.number(connected), f.number(stores.length)) : say("opening")}
			</p>
			<div class="corner">
				<time class="clock">{f.minute(now)}</time>
				{who && <span class="who">{who.name}</span>}
				{who?.kind === "user" && who.name !== "demo" && (
					<>
						<a href="/passkeys">{say("passkeys")}</a>
						<button type="button" class="ghost" onClick={signOut}>
							{say("signOut")}
						</button>
					</>
				)}
				<LanguageSelect label={say("language")} value={language} onChoose={speak} />
			</div>
			<Views />
			{line === "lost" && (
				<p class="lost" role="alert">
					{say("officeLost", f.span((now - heardAt) / 1_000))}
				</p>
			)}
		</header>
	);
}

const reload = (): void => location.reload();

/** Head office's own alarms, such as guessed passwords or a code used twice. */
export function OfficeAlarms() {
	const { say, f } = useSpeech();
	const alarms = useOffice((all) => all.alarms);
	const now = useOffice((all) => all.now);
	const mayAcknowledge = useMay("alarms.acknowledge");
	if (alarms.length === 0) return null;
	const acknowledge = (id: string) =>
		api.acknowledge(id).then(
			() => change({ alarms: alarms.filter((alarm) => alarm.id !== id) }),
			(error: unknown) => void failed(error),
		);
	return (
		<section class="alarms office" aria-label={say("alarms")}>
			<ul>
				{alarms.slice(0, 5).map((alarm) => (
					<li key={alarm.id} class={`alarm ${alarm.level.toLowerCase()}`}>
						<span class="level">{say(alarm.level)}</span>
						<p role="alert">
							{alarm.what} {alarm.do}
						</p>
						<span class="when">{say("since", f.ago(alarm.since, now))}</span>
						{mayAcknowledge && (
							<button type="button" onClick={() => acknowledge(alarm.id)}>
								{say("acknowledge")}
							</button>
						)}
					</li>
				))}
			</ul>
		</section>
	);
}
