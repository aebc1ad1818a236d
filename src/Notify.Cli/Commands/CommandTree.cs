using System.CommandLine;
using System.CommandLine.Help;
using Notify.Cli.Completions;
using Notify.Cli.DeadLetters;
using Notify.Cli.Doctor;
using Notify.Cli.Imports;
using Notify.Cli.Keys;
using Notify.Cli.Load;
using Notify.Cli.Profiles;
using Notify.Cli.Sending;
using Notify.Cli.Templates;
using Notify.Cli.Watching;

namespace Notify.Cli.Commands;

/// <summary>All commands of the tool.</summary>
internal static class CommandTree
{
    /// <summary>Gets the root. Nothing of a call is kept in it.</summary>
    public static RootCommand Root { get; } = Create();

    private static RootCommand Create()
    {
        var root = new RootCommand("Sends, watches and manages notifications of a Notify service.")
        {
            GlobalOptions.Json,
            GlobalOptions.Profile,
            GlobalOptions.Tenant,
            LoginCommands.CreateLogin(),
            LoginCommands.CreateLogout(),
            SendCommand.Create(),
            BroadcastCommand.Create(),
            TailCommand.Create(),
            StatusCommand.Create(),
            TemplateCommands.Create(),
            ImportCommands.CreateUsers(),
            ImportCommands.CreateDevices(),
            DeadLetterCommands.Create(),
            KeyCommands.Create(),
            LoadCommand.Create(),
            DoctorCommand.Create(),
            CompletionsCommand.Create(),
        };
        // Completions would offer the spellings of Windows, too.
        foreach (var alias in (string[])["/h", "/?"])
            root.Options.Single(option => option is HelpOption).Aliases.Remove(alias);
        return root;
    }
}
