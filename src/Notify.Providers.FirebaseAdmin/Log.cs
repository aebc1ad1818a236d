using Microsoft.Extensions.Logging;

namespace Notify.Providers.FirebaseAdmin;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "FCM failed for provider {Provider}: {Reason}")]
    public static partial void VendorFailed(ILogger logger, string provider, string? reason);
}
