using Microsoft.Extensions.Logging;

namespace Notify.Providers.TwilioSdk;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Twilio failed for provider {Provider}: {Reason}")]
    public static partial void VendorFailed(ILogger logger, string provider, string? reason);
}
