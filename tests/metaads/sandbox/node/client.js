// A client as others write it: Meta's Node SDK, unchanged but for its host. Prints what it saw as one JSON object.
'use strict';
const {GRAPH, TOKEN, ACCOUNT, AD_SET, SDK} = process.env;
const {FacebookAdsApi, FacebookAdsApiBatch, AdAccount, AdSet, Campaign} = require(SDK);

// The host is a static property of the class; everything else stays as it was delivered.
Object.defineProperty(FacebookAdsApi, 'GRAPH', {get: () => GRAPH});
const api = FacebookAdsApi.init(TOKEN, 'en_US', false);
const account = new AdAccount(ACCOUNT, {}, undefined, api);
const WEEK = {time_range: {since: '2026-11-10', until: '2026-11-16'}, time_increment: 1, level: 'ad'};
const FIELDS = ['ad_id', 'impressions', 'spend', 'actions'];

async function paged(cursor) {
  const found = [...cursor];
  while (cursor.hasNext()) {
    cursor = await cursor.next();
    found.push(...cursor);
  }
  return found;
}

const plain = (rows, names) => rows.map((row) => Object.fromEntries(names.map((name) => [name, row._data[name]])));

async function structure() {
  const campaigns = await paged(await account.getCampaigns(['name', 'status'], {limit: 2}));
  const adSets = await paged(await account.getAdSets(['learning_stage_info'], {limit: 3}));
  const [pixel] = await account.getAdsPixels(['name', 'last_fired_time']);
  const rules = await account.getAdRulesLibrary(['name', 'status']);
  return {
    campaigns: plain(campaigns, ['id', 'name', 'status']),
    ad_sets: adSets.length,
    pixel: pixel._data,
    rules: plain(rules, ['name', 'status']),
  };
}

async function insights() {
  const names = ['ad_id', 'date_start', 'impressions', 'spend'];
  const direct = await paged(await account.getInsights(FIELDS, {...WEEK, limit: 20}));
  let run = await account.getInsightsAsync(FIELDS, {...WEEK});
  const states = [];
  for (let i = 0; i < 10 && states[states.length - 1] !== 'Job Completed'; i += 1) {
    run = await run.get(['async_status', 'async_percent_completion']);
    states.push(run._data.async_status);
  }
  const late = await paged(await run.getInsights([], {limit: 30}));
  return {direct: plain(direct, names), late: plain(late, names), states};
}

async function writes() {
  const adSet = new AdSet(AD_SET, {}, undefined, api);
  const updated = await adSet.update([], {daily_budget: 4200});
  const after = await adSet.get(['daily_budget', 'status']);
  const campaign = await account.createCampaign([], {
    name: 'Made by Node', objective: 'OUTCOME_TRAFFIC', status: 'PAUSED', special_ad_categories: [],
    is_adset_budget_sharing_enabled: false,
  });
  const made = await account.createAdSet([], {
    name: 'Also by Node', campaign_id: campaign.id, optimization_goal: 'LINK_CLICKS', billing_event: 'IMPRESSIONS',
    bid_strategy: 'LOWEST_COST_WITHOUT_CAP', daily_budget: 2000, targeting: {geo_locations: {countries: ['DE']}},
    dsa_payor: 'Northwind', dsa_beneficiary: 'Northwind', status: 'PAUSED',
  });
  const copied = await new AdSet(made.id, {}, undefined, api).createCopy([], {status_option: 'PAUSED'});
  const back = await new Campaign(campaign.id, {}, undefined, api).get(['name', 'status', 'objective']);
  return {updated, after: after._data, campaign: back._data, copied: copied._data, ad_set: made.id};
}

async function refusal() {
  try {
    await new AdSet(AD_SET, {}, undefined, api).update([], {daily_budget: 1});
  } catch (error) {
    return {name: error.name, status: error.status, code: error.response.code, subcode: error.response.error_subcode};
  }
  return null;
}

async function batch() {
  const codes = [];
  const all = new FacebookAdsApiBatch(api);
  for (const path of [[ACCOUNT], [AD_SET], ['17']]) {
    all.add('GET', path, {fields: 'name'}, null, (r) => codes.push(r.status), (r) => codes.push(r.status));
  }
  await all.execute();
  return codes;
}

(async () => {
  const seen = {structure: await structure(), insights: await insights(), writes: await writes()};
  console.log(JSON.stringify({...seen, refusal: await refusal(), batch: await batch()}));
})().catch((error) => {
  console.error(error.message, error.response ? JSON.stringify(error.response) : error.stack);
  process.exit(1);
});
