-- The built-in thermometer, fhc@1: nineteen criteria of which the Khon Kaen report of FY2555 names ten. The other names,
-- the level descriptors and the virtue of each criterion are not known, so they are null and never invented; an agency
-- posts its handbook as a version of its own.
INSERT INTO "instruments" ("code", "instrument_version", "instrument_id", "content")
VALUES ('fhc', 1, '01936d5e-6f70-7000-8000-000000000001', $fhc${
 "code": "fhc",
 "instrumentVersion": 1,
 "name": {
  "th": "ปรอทวัดสุขภาพ",
  "en": "Financial Health Check (FHC)"
 },
 "passLevel": 3,
 "healthLevelRule": "weakest-criterion",
 "healthLevelThresholds": null,
 "reasonRequired": "every",
 "virtues": [
  {
   "code": "honesty",
   "name": {
    "th": "ความซื่อสัตย์",
    "en": "Honesty"
   }
  },
  {
   "code": "sacrifice",
   "name": {
    "th": "ความเสียสละ",
    "en": "Sacrifice"
   }
  },
  {
   "code": "responsibility",
   "name": {
    "th": "ความรับผิดชอบ",
    "en": "Responsibility"
   }
  },
  {
   "code": "empathy",
   "name": {
    "th": "ความเห็นอกเห็นใจ",
    "en": "Empathy"
   }
  },
  {
   "code": "trust",
   "name": {
    "th": "ความไว้วางใจ",
    "en": "Trust"
   }
  }
 ],
 "criteria": [
  {
   "criterionNo": 1,
   "name": null,
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 2,
   "name": {
    "th": "การจัดทำบัญชีได้แก่บัญชีเงินสด บัญชีรับจ่าย",
    "en": "Bookkeeping: cash book, income and expenditure account"
   },
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 3,
   "name": null,
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 4,
   "name": {
    "th": "การตรวจสอบบัญชีและหลักฐานการเงิน",
    "en": "Audit of accounts and financial evidence"
   },
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 5,
   "name": null,
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 6,
   "name": {
    "th": "การจัดทำแผนการดำเนินงานของกลุ่ม",
    "en": "The group's operating plan"
   },
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 7,
   "name": null,
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 8,
   "name": null,
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 9,
   "name": null,
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 10,
   "name": {
    "th": "การส่งชำระคืนเงินกู้ตามสัญญาของสมาชิก",
    "en": "Members repay loans as contracted"
   },
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 11,
   "name": {
    "th": "การส่งเงินสัจจะของสมาชิก",
    "en": "Members pay in their pledged savings"
   },
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 12,
   "name": null,
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 13,
   "name": {
    "th": "การเรียนรู้และพัฒนาของคณะกรรมการ",
    "en": "Learning and development of the committee"
   },
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 14,
   "name": null,
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 15,
   "name": null,
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 16,
   "name": {
    "th": "สมาชิกมีรายได้พ้นเกณฑ์ความยากจน",
    "en": "Members' income is above the poverty line"
   },
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 17,
   "name": {
    "th": "การแก้ไขปัญหาหนี้นอกระบบ",
    "en": "Informal debt is being resolved"
   },
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 18,
   "name": {
    "th": "การจัดสวัสดิการให้แก่สมาชิก",
    "en": "Welfare for members"
   },
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  },
  {
   "criterionNo": 19,
   "name": {
    "th": "การจัดกิจกรรมสาธารณประโยชน์",
    "en": "Public-benefit activities"
   },
   "virtueCode": null,
   "levels": [
    {
     "level": 1,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 2,
     "descriptor": null,
     "guidance": null
    },
    {
     "level": 3,
     "descriptor": null,
     "guidance": null
    }
   ]
  }
 ]
}$fhc$);
