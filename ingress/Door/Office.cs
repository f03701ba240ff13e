using Microsoft.Extensions.Logging;
using Postroom.Directory;
using Postroom.Mail;
using Postroom.Receive.Network;
using Postroom.Receive.Policy;
using Postroom.Settings;
using Postroom.Store;

namespace Postroom.Receive;

/// <summary>What every dialogue of one door shares.</summary>
internal sealed record Office(
    SmtpSettings Settings, EmailAddress Postmaster, OfficeStorage Storage, LiveDirectory Directory, TimeProvider Time,
    DoorCertificate Certificate, ConnectionCount Connections, ILogger Log, CancellationToken Closing);
