namespace Notify;

/// <summary>
/// Names the meter and the activity source of Notify. An application adds them to its OpenTelemetry with
/// <c>AddMeter(NotifyTelemetry.Name)</c> and <c>AddSource(NotifyTelemetry.Name)</c>. Tags name channels, providers, priorities
/// and outcomes, never an address, a token or content.
/// </summary>
public static class NotifyTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Notify";
}
