// Checks the sender Salesforce outbound messages.

import { xml } from "hookgate/formats/xml";
import { salesforce } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";
import { anySender } from "../support/senders/send.js";

describe(
  documentedAt("https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging.htm"),
  () => {
    const organizationId = "00D000000000001EAA";
    const soap = (organization: string, ...items: string[]) =>
      `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>${organization}</OrganizationId><ActionId>04k</ActionId><SessionId xsi:nil="true"/>${items.join("")}</notifications></soapenv:Body></soapenv:Envelope>`;
    const item = (id: string, type: string) =>
      `<Notification><Id>${id}</Id><sObject xsi:type="sf:${type}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>001</sf:Id><sf:Name>A &amp; B</sf:Name></sObject></Notification>`;
    const xmlType = { "content-type": "text/xml; charset=utf-8" };
    const at = (confirm: () => boolean = () => true) =>
      delivered(anySender(salesforce({ organizationId, confirm, xml: xml() })));

    it("come one by one, unverified, and are acknowledged in SOAP", async () => {
      const { seen, receive } = at();
      const outcome = await receive({
        headers: xmlType,
        body: soap(organizationId, item("04l1", "Account"), item("04l2", "Opportunity")),
      });
      expect(outcome).toMatchObject({ name: "processed", reply: { status: 200 } });
      expect(String(outcome.reply.body)).toContain("<Ack>true</Ack>");
      expect(outcome.reply.headers).toMatchObject({ "content-type": "text/xml; charset=utf-8" });
      expect(seen).toMatchObject([
        { type: "Account", id: "04l1", verified: false, payload: { sObject: { Id: "001", Name: "A & B" } } },
        { type: "Opportunity", id: "04l2" },
      ]);
    });

    it("are one event where there is one, and match the id of 15 characters", async () => {
      const { seen, receive } = at();
      await receive({ headers: xmlType, body: soap(organizationId.slice(0, 15), item("04l1", "Lead")) });
      expect(seen).toMatchObject([{ type: "Lead", id: "04l1" }]);
    });

    it("reach no handler unless confirm verifies them", async () => {
      const { seen, receive } = at(() => false);
      await receive({ headers: xmlType, body: soap(organizationId, item("04l1", "Account")) });
      expect(seen).toEqual([]);
    });

    it.each([
      ["another organization", soap("00D000000000002EAA", item("1", "Account")), 401],
      ["two of them", soap(`${organizationId}</OrganizationId><OrganizationId>00D000000000002`, item("1", "A")), 401],
      ["an organization that a comment names", soap(`<!--${organizationId}-->`, item("1", "A")), 401],
      [
        "an organization that another element names",
        soap("", item("1", "A"), `<x><OrganizationId>${organizationId}</OrganizationId></x>`),
        401,
      ],
      ["no SOAP", "<a/>", 400],
      ["no notifications", soap(organizationId), 400],
      ["a document type", `<!DOCTYPE a>${soap(organizationId, item("1", "A"))}`, 400],
    ])("are refused with %s", async (_name, body, status) => {
      const { seen, receive } = at();
      expect((await receive({ headers: xmlType, body })).reply.status).toBe(status);
      expect(seen).toEqual([]);
    });
  },
);

it("Salesforce says what is missing where no XML format is given", () => {
  const options = { organizationId: "00D000000000001EAA", confirm: () => true } as never;
  expect(() => salesforce(options)).toThrow(
    /^salesforce: xml must be .*npm install fast-xml-parser.*hookgate\/formats\/xml/,
  );
});
