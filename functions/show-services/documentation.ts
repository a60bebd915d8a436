/** What the console shows for a function that is asked to `describe` itself: Markdown, and parameters to begin with. */
export const documentation = `## Services under Ballast

The services that opted in, those in trouble first: what runs on Spot, on demand and in bridges, what is missing, the
last decision and its reason; and a timeline of what was reclaimed and what was done about it. Reads the ledger and asks
ECS at most five times; writes nothing.

### Widget parameters

Param | Description
---|---
**cluster** | Name or ARN: only its services. *(optional)*
**service** | Name or ARN: one service in detail. *(optional)*
**hours** | How far back the timeline goes, 336 at most; else as the dashboard does. *(optional)*

### Example parameters

\`\`\` yaml
cluster: shop
service: web
hours: 6
\`\`\`
`;
