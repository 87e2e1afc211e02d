import { render } from "preact";
import { useEffect } from "preact/hooks";
import { useSpeech } from "./language/language.ts";
import { AlarmsOfStores } from "./panels/alarms.tsx";
import { Audit } from "./panels/audit.tsx";
import { Builds } from "./panels/builds.tsx";
import { CouponPanel } from "./panels/coupons/coupon.tsx";
import { Coupons } from "./panels/coupons/coupons.tsx";
import { Groups } from "./panels/groups/groups.tsx";
import { Header, OfficeAlarms } from "./panels/header.tsx";
import { OrderPanel } from "./panels/orders/order.tsx";
import { Orders } from "./panels/orders/orders.tsx";
import { NewPush } from "./panels/publish/new-push.tsx";
import { PushView } from "./panels/push.tsx";
import { Pushes } from "./panels/pushes.tsx";
import { GuardRails } from "./panels/rails.tsx";
import { Stock } from "./panels/stock.tsx";
import { StoreView } from "./panels/store.tsx";
import { Stores } from "./panels/stores.tsx";
import { goLive, useOffice } from "./state/state.ts";
import "../../../desk/cockpit/styles/tokens.css";
import "../../../desk/cockpit/styles/frame.css";
import "./styles/office.css";
import "./styles/lists.css";
import "./styles/price-list.css";
import "./styles/publish.css";

function Office() {
	const { say, language } = useSpeech();
	useEffect(() => {
		document.documentElement.lang = language;
		document.title = `${say("title")} · Gondola`;
	}, [language]);
	return (
		<>
			<Header />
			<OfficeAlarms />
			<main class="office">
				<View />
			</main>
		</>
	);
}

function View() {
	const view = useOffice((all) => all.view);
	const item = useOffice((all) => all.item);
	switch (view) {
		case "stores":
			return item === null ? <Stores /> : <StoreView key={item} id={item} />;
		case "pushes":
			return item === null ? <Pushes /> : <PushView key={item} id={item} />;
		case "new":
			return <NewPush />;
		case "alarms":
			return <AlarmsOfStores />;
		case "stock":
			return <Stock />;
		case "orders":
			return item === null ? <Orders /> : <OrderPanel key={item} id={item} />;
		case "coupons":
			return item === null ? <Coupons /> : <CouponPanel key={item} id={item} />;
		case "groups":
			return <Groups />;
		case "builds":
			return <Builds />;
		case "rails":
			return <GuardRails />;
		case "audit":
			return <Audit />;
	}
}

goLive();
render(<Office />, document.getElementById("cockpit")!);
