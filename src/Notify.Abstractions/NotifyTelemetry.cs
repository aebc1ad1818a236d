namespace Notify;

/// <summary>
/// The name of the meter and the activity source of Notify. Add them to OpenTelemetry with <c>AddMeter(NotifyTelemetry.Name)</c>
/// and <c>AddSource(NotifyTelemetry.Name)</c>. Tags contain channels, providers, priorities and outcomes, but never an address, a
/// token or content.
/// </summary>
public static class NotifyTelemetry
{
    /// <summary>The name of both the meter and the activity source.</summary>
    public const string Name = "Notify";
}
