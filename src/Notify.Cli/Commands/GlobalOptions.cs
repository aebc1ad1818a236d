using System.CommandLine;

namespace Notify.Cli.Commands;

/// <summary>The options that every command has.</summary>
internal static class GlobalOptions
{
    public static Option<bool> Json { get; } =
        new("--json") { Description = "Write results and errors as JSON.", Recursive = true };

    public static Option<string?> Profile { get; } =
        new("--profile", "-p")
        {
            Description = "The profile of notify login to use. Without it: NOTIFY_ADDRESS, NOTIFY_PROFILE, or 'default'.",
            HelpName = "name",
            Recursive = true,
        };

    public static Option<string> Tenant { get; } =
        new("--tenant")
        {
            Description = "The tenant to act for, with a key that has the scope platform. Without it, the tenant of the key.",
            HelpName = "tenant",
            DefaultValueFactory = _ => Trigger.DefaultTenant,
            Recursive = true,
        };
}
