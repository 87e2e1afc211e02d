import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { LabelStatus } from "../../../words/label.ts";
import type { EffectivePrice } from "../../../words/prices/price.ts";
import { sentence } from "../language/event-words.ts";
import { useSpeech } from "../language/language.ts";
import { Refused } from "../shared/ask.ts";
import { RefusalText } from "../shared/refusal-text.tsx";
import { putLabel } from "../state/live.ts";
import { api, useCockpit } from "../state/state.ts";
import { Picture, pictureUrl } from "./picture.tsx";

let show: (id: string | null) => void = () => {};

export function openLabel(id: string): void {
	show(id);
}

/** The details of one label: what it shows, what is on its way, and when each step was reached. */
export function LabelDrawer() {
	const { say } = useSpeech();
	const dialog = useRef<HTMLDialogElement>(null);
	const [id, setId] = useState<string | null>(null);
	const label = useCockpit((all) => all.labels);
	const found = id === null ? undefined : label.get(id);
	useEffect(() => {
		show = setId;
	}, []);
	useEffect(() => {
		if (id === null) return;
		if (!dialog.current?.open) dialog.current?.showModal();
		// Battery and check-ins are no events: they are loaded when the drawer opens.
		api.labelsById([id]).then(
			([fresh]) => fresh && putLabel(fresh),
			() => {},
		);
	}, [id]);
	return (
		<dialog
			ref={dialog}
			class="drawer"
			aria-labelledby="drawer-title"
			onClose={() => setId(null)}
			onClick={(e) => e.target === dialog.current && dialog.current?.close()}
		>
			{found && (
				<article>
					<header>
						<div>
							<h2 id="drawer-title">{found.name ?? say("UNBOUND")}</h2>
							<p class="quiet code">
								{found.sku ?? "–"} · {found.id}
							</p>
						</div>
						<span class={`state ${found.state.toLowerCase()}`}>{say(found.state)}</span>
						<button type="button" class="ghost" onClick={() => dialog.current?.close()}>
							{say("close")}
						</button>
					</header>
					<Pictures label={found} />
					<Steps label={found} />
					<Till sku={found.sku} />
					<Facts label={found} />
					<Bind label={found} />
					<History label={found.id} />
				</article>
			)}
		</dialog>
	);
}

function Pictures({ label }: { label: LabelStatus }) {
	const { say } = useSpeech();
	const underway = label.desired && label.desired.version !== label.confirmed?.version;
	const sentNow = underway && label.sent?.version === label.desired?.version;
	return (
		<div class="pictures">
			{label.confirmed && (
				<figure class={label.state.toLowerCase()}>
					<Picture label={label} prefer="confirmed" />
					<figcaption>{say("onShelf")}</figcaption>
				</figure>
			)}
			{underway && (
				<figure class={label.state.toLowerCase()}>
					<Picture key={pictureUrl(label, "latest")} label={label} prefer="latest" />
					<figcaption>{say(sentNow ? "underway" : "willShow")}</figcaption>
				</figure>
			)}
		</div>
	);
}

function Steps({ label }: { label: LabelStatus }) {
	const { say, f } = useSpeech();
	const wanted = label.desired;
	return (
		<ol class="steps">
			{(["desired", "sent", "confirmed"] as const).map((name) => {
				const step = label[name];
				const done = step !== null && step.version === wanted?.version;
				const seconds = step && wanted ? (Date.parse(step.at) - Date.parse(wanted.at)) / 1_000 : 0;
				return (
					<li key={name} class={done ? "done" : ""}>
						<b>{say(name)}</b>
						{step ? (
							<span>
								{say("version")} {step.version} · {f.day(step.at)}
							</span>
						) : (
							<span class="quiet">{say("notYet")}</span>
						)}
						{done && name !== "desired" && seconds >= 0 && <span class="quiet">{say("took", f.span(seconds))}</span>}
					</li>
				);
			})}
		</ol>
	);
}

function Till({ sku }: { sku: string | null }) {
	const { say, f } = useSpeech();
	const [price, setPrice] = useState<EffectivePrice | null>(null);
	useEffect(() => {
		setPrice(null);
		if (sku !== null) api.price(sku).then(setPrice, () => {});
	}, [sku]);
	if (!price) return null;
	return (
		<p class="till">
			{say("tillCharges")} <b>{f.money(price.amountMinor, price.currency)}</b>
			<span class="quiet">
				{say(price.kind)} · {say("version")} {price.version}
			</span>
		</p>
	);
}

function Facts({ label }: { label: LabelStatus }) {
	const { say, f } = useSpeech();
	const now = useCockpit((all) => all.now);
	const rows: [string, JSX.Element | string | number | null][] = [
		[say("checkIn"), label.lastCheckInAt && f.ago(label.lastCheckInAt, now)],
		[say("battery"), label.batteryMillivolts && f.volts(label.batteryMillivolts)],
		[say("signal"), label.rssi && `${label.rssi} dBm`],
		[say("temperature"), label.temperatureCelsius && `${label.temperatureCelsius} °C`],
		[say("model"), label.model],
		[say("proof"), label.proof && say(`proof-${label.proof}`)],
		[say("accessPoint"), label.accessPoint],
		[say("firmware"), label.firmware],
	];
	return (
		<dl class="facts">
			{rows.map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd>{value ?? "–"}</dd>
				</div>
			))}
		</dl>
	);
}

function Bind({ label }: { label: LabelStatus }) {
	const { say } = useSpeech();
	const [sku, setSku] = useState(label.sku ?? "");
	const [said, setSaid] = useState("");
	useEffect(() => setSku(label.sku ?? ""), [label.id, label.sku]);
	const [asking, setAsking] = useState(false);
	const [undo, setUndo] = useState<string | null>(null);
	useEffect(() => {
		setAsking(false);
		setUndo(null);
	}, [label.id]);
	const bind = (to: string | null) => {
		setSaid("");
		setAsking(false);
		setUndo(to === null ? label.sku : null);
		api.bind(label.id, to).then(putLabel, (error: Refused) => setSaid(error.status === 0 ? say("unreachable") : error.message));
	};
	return (
		<form
			class="bind"
			onSubmit={(e) => {
				e.preventDefault();
				if (sku.trim() !== "") bind(sku.trim());
			}}
		>
			<label>
				{say("article")}
				<input class="code" value={sku} onInput={(e) => setSku(e.currentTarget.value)} />
			</label>
			<button type="submit" disabled={sku.trim() === "" || sku.trim() === label.sku}>
				{say("bind")}
			</button>
			{label.sku !== null && !asking && (
				<button type="button" class="ghost" onClick={() => setAsking(true)}>
					{say("unbind")}
				</button>
			)}
			{asking && (
				<p class="asking" role="alert">
					{say("unbindAsk", label.name ?? label.sku ?? "")}{" "}
					<button type="button" onClick={() => bind(null)}>
						{say("unbind")}
					</button>{" "}
					<button type="button" class="ghost" onClick={() => setAsking(false)}>
						{say("cancel")}
					</button>
				</p>
			)}
			{label.sku === null && undo !== null && (
				<p class="asking" role="status">
					{say("unbound", undo)}{" "}
					<button type="button" onClick={() => bind(undo)}>
						{say("undo")}
					</button>
				</p>
			)}
			<RefusalText said={said} />
		</form>
	);
}

function History({ label }: { label: string }) {
	const { say, f, language } = useSpeech();
	const events = useCockpit((all) => all.events)
		.filter((event) => "label" in event && event.label === label)
		.slice(0, 8);
	if (events.length === 0) return null;
	return (
		<section class="history">
			<h3>{say("history")}</h3>
			<ol>
				{events.map((event) => (
					<li key={event.seq}>
						<time>{f.clock(event.at)}</time> {sentence(event, language, f)}
					</li>
				))}
			</ol>
		</section>
	);
}
