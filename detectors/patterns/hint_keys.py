"""Names of object keys, headers and columns, and the identifier that stands under each."""

from detectors.patterns.scanning import phrases
from schemas.identifiers import IdentifierType

_N, _G, _D, _A = IdentifierType.NAME, IdentifierType.GEO, IdentifierType.DATE, IdentifierType.AGE

#: Keys without case, spaces, dashes and underscores. "name" and "id" alone need a parent or prefix.
KEYS: dict[IdentifierType, str] = {
    _N: (
        "patientname firstname lastname middlename givenname familyname surname maidenname fullname given family for"
        "ename nickname alias legalname preferredname "
        "providername physician physicianname attending attendingphysician referringphysician orderingprovider order"
        "ingphysician performingphysician primarycarephysician pcp doctor "
        "surgeon clinician therapist nurse caregiver emergencycontact nextofkin nok guarantor subscribername insured"
        "name membername employer employername spouse spousename "
        "mothername fathername mothersmaidenname authorname sendername recipientname customername clientname contact"
        "name contactperson representative guardian signedby dictatedby "
        "transcribedby orderedby verifiedby reviewedby performedby attendingname residentname interpreter witness no"
        "mbre nombres apellido apellidos nombrecompleto nombredelpaciente "
        "paciente medico m\xe9dico responsable patientfirstname patientlastname patientmotherbirthname accountholder"
        " cardholder cardholdername holdername personname "
        "enteredby updatedby createdbyname referringdoctor last first"
    ),
    _G: (
        "facility facilityname hospital hospitalname clinic clinicname practicename city town county street streetad"
        "dress address address1 address2 addressline addressline1 addressline2 addr "
        "line1 line2 zip zipcode zip5 zip4 postalcode postcode birthplace placeofbirth cityofbirth ciudad municipio "
        "calle direccion direcci\xf3n domicilio codigopostal school schoolname latitude "
        "longitude lat lon lng coordinates geolocation institution institutionname homeaddress mailingaddress reside"
        "nce neighborhood colonia sendingfacility receivingfacility location gps "
        "nursinghome hometown addr1 adresse hospital_name"
    ),
    _D: (
        "dob birthdate dateofbirth birthday birthdt datebirth patientdob admitdate admissiondate dischargedate visit"
        "date appointmentdate dateofservice dos servicedate deathdate dateofdeath dod date "
        "studydate seriesdate collecteddate collectiondate orderdate surgerydate procedureddate onsetdate startdate "
        "enddate lastseen lastvisit nextvisit appointment fecha fechanacimiento "
        "fechadenacimiento fdn fechadealta fechadeingreso patientbirthdate effectivedatetime birthdatetime admitted "
        "discharged collected admit discharge expirationdate signeddate"
    ),
    _A: "age patientage ageyears ageinyears edad ageatvisit ageatdiagnosis ageatdeath alter yearsold",
    IdentifierType.PHONE: (
        "phone phonenumber phoneno mobile mobilephone mobilenumber cell cellphone telephone tel homephone workphone "
        "contactnumber contactphone callback callbacknumber pager telefono tel\xe9fono "
        "celular movil m\xf3vil phone1 phone2 emergencyphone daytimephone whatsapp sms landline altphone"
    ),
    IdentifierType.FAX: "fax faxnumber faxno telefax faxto faxfrom",
    IdentifierType.EMAIL: "email emailaddress mail correo correoelectronico contactemail workemail useremail patientemail",
    IdentifierType.SSN: "ssn socialsecuritynumber socialsecurity socialsecurityno ssnlast4 last4ssn ssnnumber itin nss segurosocial taxi"
    "d tin",
    IdentifierType.MRN: (
        "mrn medicalrecordnumber medrecno medicalrecord patientid patid ptid chartnumber chartno chartid chart recor"
        "dnumber hospitalnumber empi mpi patientnumber urn nhc "
        "historiaclinica expediente wristband patientidentifier medicalrecordno recordno"
    ),
    IdentifierType.HEALTH_PLAN: (
        "memberid membernumber memberno member subscriberid subscribernumber subscriberno policynumber policyno poli"
        "cyid groupnumber groupno groupid grp insuranceid insurancenumber medicareid "
        "medicarenumber mbi hicn hic medicaidid medicaidnumber medicaid beneficiaryid beneficiarynumber insuredid he"
        "althplanid poliza p\xf3liza numerodeafiliacion rxgrp rxgroup certificatenumber planmemberid "
        "dependentsuffix membersuffix"
    ),
    IdentifierType.ACCOUNT: (
        "accountnumber accountno account acct acctno acctnumber accountid bankaccount cardnumber cardno ccnumber cre"
        "ditcard creditcardnumber pan iban guarantoraccount guarantornumber har cuenta "
        "numerodecuenta checknumber checkno patientaccount patientaccountnumber statementnumber wallet walletaddress"
        " cardlast4 last4 lastfour"
    ),
    IdentifierType.LICENSE: (
        "npi npinumber dea deanumber deano license licensenumber licenseno licence licencenumber driverslicense driv"
        "erlicense driverslicensenumber driverlicensenumber dl dlnumber clia "
        "cliaid statelicense medicallicense certificateno certnumber cedula c\xe9dula licencia providernpi"
    ),
    IdentifierType.VEHICLE: "vin vehicleidentificationnumber licenseplate licenceplate plate platenumber plateno registrationplate placa mat"
    "ricula matr\xedcula",
    IdentifierType.DEVICE: (
        "serial serialnumber serialno serialnum deviceserial deviceserialnumber imei meid iccid macaddress mac devic"
        "emac udi carrierhrf deviceid udid idfa idfv gaid aaid androidid deviceuid "
        "numerodeserie implantserial advertisingid"
    ),
    IdentifierType.IP: "ip ipaddress ipaddr clientip remoteaddr remoteip sourceip srcip userip ipv4 ipv6 xforwardedfor",
    IdentifierType.BIOMETRIC: (
        "fingerprint fingerprintid faceid faceprint voiceprint voiceprintid templateid biometricid biometric fingerp"
        "rinthash irisid palmid facetemplate fingertemplate biohash persistedfaceid "
        "speakerid facetemplateid speakerembeddingid"
    ),
    IdentifierType.PHOTO: "photourl avatar avatarurl headshot selfie portrait facephoto profilepicture profilephoto photoid patientphoto p"
    "atientphotourl",
    IdentifierType.OTHER_ID: (
        "username userid loginid loginname handle screenname login preferredusername encounterid encounternumber vis"
        "itid visitnumber visitno csn orderid ordernumber orderno "
        "accession accessionnumber accessionno specimenid specimennumber claimid claimnumber claimno caseid casenumb"
        "er caseno casenum authorizationnumber authnumber authno priorauth priorauthnumber "
        "referralid referralnumber rxnumber rxno prescriptionnumber prescriptionid passport passportnumber passportn"
        "o studyinstanceuid seriesinstanceuid sopinstanceuid subjectid subjectno "
        "participantid employeeid employeenumber badge badgenumber badgeid subjid confirmationnumber confirmationcod"
        "e trackingnumber trackingno ticketnumber incidentnumber docketnumber docket invoicenumber "
        "alienumber aliennumber personid personuuid patientuuid inmatenumber inmateid studentid usuario numerodecaso"
        " numerodeorden externalid customerid clientid "
        "recordid userhandle batchno donorid kitnumber policereport requisition enduser enduserid endusername"
    ),
    IdentifierType.CREDENTIAL: (
        "password passwd pwd passphrase passcode pin pincode apikey apisecret secret clientsecret secretkey accessto"
        "ken refreshtoken idtoken authtoken sessiontoken privatekey accesskey otp accesscode "
        "contrase\xf1a contrasena clave passwort securityanswer"
    ),
    IdentifierType.URL: "homepage profileurl profilelink personalwebsite portalurl portallink resetlink",
}

#: Who a "name" or "id" belongs to.
PERSONS = frozenset(
    (
        "patient pt user subject person member subscriber insured guarantor provider physician doctor clinician prac"
        "titioner nurse surgeon attending referring resident contact emergencycontact guardian "
        "caregiver employee customer client caller sender recipient author mother father spouse husband wife parent "
        "child son daughter brother sister witness staff participant donor holder cardholder "
        "beneficiary dependent nextofkin interpreter therapist technologist performer operator signer applicant clai"
        "mant driver paciente medico usuario responsable from to assignee owner requester "
        "enduser relatedperson signatory prescriber pharmacist"
    ).split()
)
PLACES = frozenset(
    "facility hospital clinic practice institution school employer location site department pharmacy laboratory lab "
    "organization custodian shelter".split()
)
#: Words before the key proper: "billing_zip", "home_phone_1".
PREFIXES = phrases(r"""
        emergencycontact; nextofkin; patient; primary; secondary; subscriber; guarantor; insured; provider; physician;
        emergency; preferred; previous; alternate; guardian; employee; employer; customer; mailing; shipping; billing;
        contact; caller; client; member; mother; father; parent; spouse; person; current; daytime; evening; sender;
        recipient; referring; attending; ordering; pharmacy; facility; clinic; hospital; office; permanent; user;
        home; work; cell; dest; new; old; alt; pt; my; to; from; device; card; bank; legal; birth; work; facility
    """)
#: What a prefix makes of a bare "id".
OWNED_IDS = {
    "patient": IdentifierType.MRN,
    "pt": IdentifierType.MRN,
    "member": IdentifierType.HEALTH_PLAN,
    "subscriber": IdentifierType.HEALTH_PLAN,
    "insured": IdentifierType.HEALTH_PLAN,
    "employee": IdentifierType.OTHER_ID,
    "user": IdentifierType.OTHER_ID,
    "person": IdentifierType.OTHER_ID,
    "subject": IdentifierType.OTHER_ID,
    "encounter": IdentifierType.OTHER_ID,
    "identifier": IdentifierType.OTHER_ID,
    "practitioner": IdentifierType.LICENSE,
    "caller": IdentifierType.OTHER_ID,
    "guarantor": IdentifierType.ACCOUNT,
    "donor": IdentifierType.OTHER_ID,
}
#: Parents under which no key is a person's: what the call itself carries.
TECHNICAL = frozenset(
    "function tool tools model response choices usage span trace parameters schema metadata_schema properties config"
    " settings plan program drug medication code coding product vendor manufacturer file files "
    "attachment test lab_test analyte procedure diagnosis condition allergy template".split()
)
