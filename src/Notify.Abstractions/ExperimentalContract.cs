namespace Notify;

/// <summary>The contracts for stores and transports, which may change in any version before 1.0.</summary>
internal static class ExperimentalContract
{
    /// <summary>The ID of the diagnostic that code outside this repository gets when it uses one of these contracts.</summary>
    public const string DiagnosticId = "NOTIFY001";

    /// <summary>The page that explains what may change and how to suppress the diagnostic.</summary>
    public const string HelpUrl = "https://github.com/notify-dotnet/notify/blob/main/docs/how-to/write-a-store.md#notify001";
}
