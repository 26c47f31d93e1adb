"""Names of object keys, headers and columns, and the identifier that stands under each."""

from schemas.identifiers import IdentifierType

#: Keys without case, spaces, dashes and underscores. "name" and "id" alone need a parent or prefix.
KEYS: dict[IdentifierType, str] = {
    IdentifierType.NAME: """
        patientname firstname lastname middlename givenname familyname surname maidenname fullname given family
        forename nickname alias legalname preferredname providername physician physicianname attending
        attendingphysician referringphysician orderingprovider orderingphysician performingphysician
        primarycarephysician pcp doctor surgeon clinician therapist nurse caregiver emergencycontact nextofkin nok
        guarantor subscribername insuredname membername employer employername spouse spousename mothername fathername
        mothersmaidenname authorname sendername recipientname customername clientname contactname contactperson
        representative guardian signedby dictatedby transcribedby orderedby verifiedby reviewedby performedby
        attendingname residentname interpreter witness nombre nombres apellido apellidos nombrecompleto
        nombredelpaciente paciente medico médico responsable patientfirstname patientlastname patientmotherbirthname
        accountholder cardholder cardholdername holdername personname enteredby updatedby createdbyname
        referringdoctor last first payee beneficiaryname
    """,
    IdentifierType.GEO: """
        facility facilityname hospital hospitalname clinic clinicname practicename city town county street
        streetaddress address address1 address2 addressline addressline1 addressline2 addr line1 line2 zip zipcode
        zip5 zip4 postalcode postcode birthplace placeofbirth cityofbirth ciudad municipio calle direccion dirección
        domicilio codigopostal school schoolname latitude longitude lat lon lng coordinates geolocation institution
        institutionname homeaddress mailingaddress residence neighborhood colonia sendingfacility receivingfacility
        gps nursinghome hometown addr1 adresse hospitalname
    """,
    IdentifierType.DATE: """
        dob birthdate dateofbirth birthday birthdt datebirth patientdob admitdate admissiondate dischargedate
        visitdate appointmentdate dateofservice dos servicedate deathdate dateofdeath dod date studydate seriesdate
        collecteddate collectiondate orderdate surgerydate procedureddate onsetdate startdate enddate lastseen
        lastvisit nextvisit appointment fecha fechanacimiento fechadenacimiento fdn fechadealta fechadeingreso
        patientbirthdate effectivedatetime birthdatetime admitted discharged collected admit discharge expirationdate
        signeddate
    """,
    IdentifierType.AGE: """
        age patientage ageyears ageinyears edad ageatvisit ageatdiagnosis ageatdeath alter yearsold
    """,
    IdentifierType.PHONE: """
        phone phonenumber phoneno mobile mobilephone mobilenumber cell cellphone telephone tel homephone workphone
        contactnumber contactphone callback callbacknumber pager telefono teléfono celular movil móvil phone1 phone2
        emergencyphone daytimephone eveningphone phonedigits callbackdigits callbackphone telno telnumber phonenum
        cellno cellnumber mobileno contacttel whatsapp sms landline altphone
    """,
    IdentifierType.FAX: """
        fax faxnumber faxno telefax faxto faxfrom
    """,
    IdentifierType.EMAIL: """
        email emailaddress mail correo correoelectronico contactemail workemail useremail patientemail
    """,
    IdentifierType.SSN: """
        ssn socialsecuritynumber socialsecurity socialsecurityno ssnlast4 last4ssn ssnnumber itin nss segurosocial
        taxid tin
    """,
    IdentifierType.MRN: """
        mrn medicalrecordnumber medrecno medicalrecord patientid patid ptid chartnumber chartno chartid chart
        recordnumber hospitalnumber empi mpi patientnumber urn nhc historiaclinica expediente wristband
        patientidentifier medicalrecordno recordno
    """,
    IdentifierType.HEALTH_PLAN: """
        memberid membernumber memberno member subscriberid subscribernumber subscriberno policynumber policyno
        policyid groupnumber groupno groupid grp insuranceid insurancenumber medicareid medicarenumber mbi hicn hic
        medicaidid medicaidnumber medicaid beneficiaryid beneficiarynumber insuredid healthplanid poliza póliza
        numerodeafiliacion rxgrp rxgroup certificatenumber planmemberid dependentsuffix depsuffix membersuffix
    """,
    IdentifierType.ACCOUNT: """
        accountnumber accountno account acct acctno acctnumber accountid bankaccount cardnumber cardno ccnumber
        creditcard creditcardnumber pan iban guarantoraccount guarantornumber har cuenta numerodecuenta checknumber
        checkno patientaccount patientaccountnumber statementnumber wallet walletaddress cardlast4 last4 lastfour
    """,
    IdentifierType.LICENSE: """
        npi npinumber dea deanumber deano license licensenumber licenseno licence licencenumber driverslicense
        driverlicense driverslicensenumber driverlicensenumber dl dlnumber clia cliaid statelicense medicallicense
        certificateno certnumber cedula cédula licencia providernpi
    """,
    IdentifierType.VEHICLE: """
        vin vehicleidentificationnumber licenseplate licenceplate plate platenumber plateno registrationplate placa
        matricula matrícula
    """,
    IdentifierType.DEVICE: """
        serial serialnumber serialno serialnum deviceserial deviceserialnumber imei meid iccid macaddress mac
        devicemac udi carrierhrf deviceid udid idfa idfv gaid aaid androidid deviceuid numerodeserie implantserial
        advertisingid dev deviceserialno
    """,
    IdentifierType.IP: """
        ip ipaddress ipaddr clientip remoteaddr remoteip sourceip srcip userip ipv4 ipv6 xforwardedfor
    """,
    IdentifierType.BIOMETRIC: """
        fingerprint fingerprintid faceid faceprint voiceprint voiceprintid templateid biometricid biometric
        fingerprinthash irisid palmid facetemplate fingertemplate biohash persistedfaceid speakerid facetemplateid
        speakerembeddingid
    """,
    IdentifierType.PHOTO: """
        photourl avatar avatarurl headshot selfie portrait facephoto profilepicture profilephoto photoid patientphoto
        patientphotourl
    """,
    IdentifierType.OTHER_ID: """
        username userid loginid loginname handle screenname login preferredusername encounterid encounternumber
        visitid visitnumber visitno csn orderid ordernumber orderno accession accessionnumber accessionno specimenid
        specimennumber claimid claimnumber claimno caseid casenumber caseno casenum authorizationnumber authnumber
        authno priorauth priorauthnumber referralid referralnumber rxnumber rxno prescriptionnumber prescriptionid
        passport passportnumber passportno studyinstanceuid seriesinstanceuid sopinstanceuid subjectid subjectno
        participantid employeeid employeenumber badge badgenumber badgeid subjid confirmationnumber confirmationcode
        trackingnumber trackingno ticketnumber incidentnumber docketnumber docket invoicenumber alienumber aliennumber
        personid personuuid patientuuid inmatenumber inmateid studentid usuario numerodecaso numerodeorden externalid
        customerid clientid recordid userhandle batchno donorid kitnumber policereport requisition enduser user uid
        loginuser actor assignee enduserid endusername confirm confirmation confirmationno
        placer filler placernumber fillernumber placerorder fillerorder placerordernumber fillerordernumber runsheet
    """,
    IdentifierType.CREDENTIAL: """
        password passwd pwd passphrase passcode pin pincode apikey apisecret secret clientsecret secretkey accesstoken
        refreshtoken idtoken authtoken sessiontoken privatekey accesskey otp accesscode contraseña contrasena clave
        passwort securityanswer
    """,
    IdentifierType.URL: """
        homepage profileurl profilelink personalwebsite portalurl portallink resetlink
    """,
}

#: Who a "name" or "id" belongs to.
PERSONS = frozenset(
    """
        generalpractitioner individual actor applicant assignee attending author beneficiary brother caller cardholder
        caregiver child claimant client clinician contact customer daughter dependent doctor donor driver
        emergencycontact employee enduser father from guarantor guardian holder husband insured interpreter medico
        member mother nextofkin nurse operator owner paciente parent participant patient performer person pharmacist
        physician practitioner prescriber provider pt recipient referring relatedperson requester resident responsable
        sender signatory signer sister son spouse staff subject subscriber surgeon technologist therapist to user
        usuario wife witness
    """.split()
)
PLACES = frozenset(
    """
        serviceprovider managingorganization clinic custodian department employer facility hospital institution lab
        laboratory location organization pharmacy practice school shelter site
    """.split()
)
#: Words before the key proper, longer ones first: "billing_zip", "home_phone_1".
PREFIXES = tuple(
    """
        emergencycontact nextofkin patient primary secondary subscriber guarantor insured provider physician emergency
        preferred previous alternate guardian employee employer customer mailing shipping billing contact caller
        client member mother father parent spouse person current daytime evening sender recipient referring attending
        ordering pharmacy facility clinic hospital office permanent user home work cell dest new old alt pt my to from
        device card bank legal birth
    """.split()
)
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
#: Parents under which no key is a person's: what the call itself carries, products and codes.
TECHNICAL = frozenset(
    """
        allergy analyte attachment choices code coding condition config diagnosis drug file files function lab_test
        manufacturer medication metadata_schema model parameters plan procedure product program properties response
        schema settings span template test tool tools trace usage vendor
    """.split()
)
