import { contenders } from "./contenders.js";
import { memoryStore } from "vaultlet/store/memory";
const named = { collection: "customers", reason: "AppFunctionality" };
const fields = {name:"Patricia Farrington",email:"patfar@example.com",phone_number:"+11011010101",ssn:"123-12-1234",date_of_birth:"1993-02-22"};
const N=+(process.argv[3]||100);
const which=(process.argv[2]||"vaultlet,node:crypto").split(",");
const state=[];
for (const w of which){ const store=memoryStore(); const t=await contenders[w](store);
 const made=await t.tokenize({...named,requestBody:Array.from({length:N},()=>({type:"randomized",object:{fields},tags:["newsletter","paying"]}))});
 state.push({w,t,ids:made.map(x=>x.token_id),rot:[],upd:[]}); }
for(let r=0;r<(+process.argv[4]||200);r++) for(const s of state){
  let a=process.hrtime.bigint(); const map=await s.t.rotateTokens({...named,tokenIds:s.ids}); let b=process.hrtime.bigint(); s.rot.push(Number(b-a)/1e3/N); s.ids=Object.values(map);
  a=process.hrtime.bigint(); await s.t.updateTokens({...named,tokenIds:s.ids,expirationSecs:String(3600+r),requestBody:{tags:r%2?["a","b"]:["newsletter","c"]}}); b=process.hrtime.bigint(); s.upd.push(Number(b-a)/1e3/N);
}
const q=(x,p)=>{x=[...x].sort((a,b)=>a-b);return x[Math.floor(x.length*p)].toFixed(1)};
for(const s of state) console.log(s.w.padEnd(12),"rotate min",q(s.rot,0),"p25",q(s.rot,.25),"med",q(s.rot,.5)," update min",q(s.upd,0),"p25",q(s.upd,.25),"med",q(s.upd,.5));
