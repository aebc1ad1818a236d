using System.CommandLine;
using Notify.Cli.Commands;
using Notify.Cli.Output;
using Notify.Cli.Service;

namespace Notify.Cli.Templates;

/// <summary><c>notify templates</c>: moves templates between a folder and a service.</summary>
internal static class TemplateCommands
{
    private static readonly Argument<string> Folder = new("folder")
    {
        Description = "The folder of the templates.",
        DefaultValueFactory = _ => "templates",
    };

    private static readonly Option<string[]> Names = ToolOptions.Texts(
        "--name",
        "A template. May be repeated. Without it, all templates.",
        "name"
    );

    private static readonly Option<bool> DryRun = ToolOptions.Flag("--dry-run", "Show what would change, and change nothing.");

    private static readonly Option<bool> DeleteRemote = ToolOptions.Flag(
        "--delete",
        "Also delete the templates of the service that the folder does not have."
    );

    private static readonly Option<bool> DeleteLocal = ToolOptions.Flag(
        "--delete",
        "Also delete the templates of the folder that the service does not have."
    );

    public static Command Create() =>
        new("templates", "Keeps templates as files, and moves them between environments.")
        {
            new Command("push", "Saves the templates of a folder that differ from those of the service.")
            {
                Folder,
                Names,
                DryRun,
                DeleteRemote,
            }.Run(PushAsync),
            new Command("pull", "Writes the templates of the service to a folder.") { Folder, Names, DryRun, DeleteLocal }.Run(
                PullAsync
            ),
            new Command("diff", "Shows what a push would change. The exit code is 1 if there are differences.")
            {
                Folder,
                Names,
            }.Run(DiffAsync),
        };

    private static async Task<int> PushAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken)
    {
        var folder = new TemplateFolder(call.Get(Folder));
        var comparison = await TemplateComparison
            .CreateAsync(call, session, folder, call.Get(Names), cancellationToken)
            .ConfigureAwait(false);
        var changes = comparison.FindChanges(isToService: true, withDeletions: call.Get(DeleteRemote));
        if (!call.Get(DryRun))
        {
            var saved = changes.Where(change => change.Change != TemplateChange.Deleted).Select(change => change.Name);
            await SaveAsync(session, [.. saved.Select(name => comparison.Local[name])], cancellationToken).ConfigureAwait(false);
            foreach (var deleted in changes.Where(change => change.Change == TemplateChange.Deleted))
                await session.Templates.DeleteAsync(call.Tenant, deleted.Name, cancellationToken).ConfigureAwait(false);
        }

        Write(call, changes, call.Get(DryRun));
        return ExitCode.Done;
    }

    private static async Task<int> PullAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken)
    {
        var path = call.Get(Folder);
        // The folder appears with the first template.
        if (!call.Get(DryRun))
            Directory.CreateDirectory(path);
        var folder = new TemplateFolder(path);
        var comparison = await TemplateComparison
            .CreateAsync(call, session, folder, call.Get(Names), cancellationToken)
            .ConfigureAwait(false);
        var changes = comparison.FindChanges(isToService: false, withDeletions: call.Get(DeleteLocal));
        foreach (var change in call.Get(DryRun) ? [] : changes)
        {
            if (change.Change == TemplateChange.Deleted)
                folder.Delete(change.Name);
            else
                folder.Write(comparison.Remote[change.Name]);
        }

        Write(call, changes, call.Get(DryRun));
        return ExitCode.Done;
    }

    private static async Task<int> DiffAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken)
    {
        var comparison = await TemplateComparison
            .CreateAsync(call, session, new TemplateFolder(call.Get(Folder)), call.Get(Names), cancellationToken)
            .ConfigureAwait(false);
        var changes = comparison.FindChanges(isToService: true, withDeletions: true);
        call.Report.Write(new TemplatesView(changes), ToolJson.Default.TemplatesView, () =>
        {
            foreach (var change in changes)
            {
                call.Report.WriteLine($"{change.Change} {change.Name}");
                foreach (var file in change.Files)
                {
                    call.Report.WriteLine($"  {file.File}");
                    foreach (var line in file.Lines)
                        call.Report.WriteLine($"    {line}");
                }
            }
        });
        return changes.Count > 0 ? ExitCode.DoneWithFailures : ExitCode.Done;
    }

    // A template may need another one of the same push, such as its layout. So those that are refused are tried again after the
    // others, as long as that saves any.
    private static async Task SaveAsync(
        ServiceSession session,
        IReadOnlyList<Template> templates,
        CancellationToken cancellationToken
    )
    {
        var left = templates;
        while (left.Count > 0)
        {
            List<Template> refused = [];
            List<FieldError> errors = [];
            foreach (var template in left)
            {
                try
                {
                    await session.Templates.SaveAsync(template, cancellationToken).ConfigureAwait(false);
                }
                catch (InvalidRequestException exception)
                {
                    refused.Add(template);
                    errors.AddRange(exception.Errors.Select(error => error with { Field = $"{template.Name}: {error.Field}" }));
                }
            }

            if (refused.Count == left.Count)
                throw new InvalidRequestException(errors);
            left = refused;
        }
    }

    private static void Write(ToolCall call, IReadOnlyList<TemplateChange> changes, bool isDryRun) =>
        call.Report.Write(new TemplatesView(changes), ToolJson.Default.TemplatesView, () =>
        {
            foreach (var change in changes)
                call.Report.WriteLine($"{change.Change} {change.Name}");
            call.Report.WriteNote(
                changes.Count == 0 ? "Nothing differs."
                : isDryRun ? "Nothing was changed, because of --dry-run."
                : $"{changes.Count} changed."
            );
        });
}

/// <summary>The changes of templates as --json shows them.</summary>
internal sealed record TemplatesView(IReadOnlyList<TemplateChange> Changes);
