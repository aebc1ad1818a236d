using Notify.Cli.Commands;
using Notify.Cli.Service;

namespace Notify.Cli.Templates;

/// <summary>The templates of a folder and of a service.</summary>
internal sealed class TemplateComparison
{
    private TemplateComparison(Dictionary<string, Template> local, Dictionary<string, Template> remote) =>
        (Local, Remote) = (local, remote);

    /// <summary>Gets the templates of the folder, by name.</summary>
    public Dictionary<string, Template> Local { get; }

    /// <summary>Gets the newest versions of the templates of the service, by name.</summary>
    public Dictionary<string, Template> Remote { get; }

    /// <summary>Reads both sides.</summary>
    /// <param name="call">The call of the command.</param>
    /// <param name="session">The service.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="names">The templates to read; empty for all.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="ToolException">Neither side has one of the named templates.</exception>
    public static async Task<TemplateComparison> CreateAsync(
        ToolCall call,
        ServiceSession session,
        TemplateFolder folder,
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        var localNames = names.Count > 0 ? names.Where(folder.Has) : folder.ListNames();
        var local = localNames.ToDictionary(name => name, name => folder.Read(call.Tenant, name), StringComparer.Ordinal);
        var remoteNames = names.Count > 0 ? names : await ListAsync(call, session, cancellationToken).ConfigureAwait(false);
        var remote = new Dictionary<string, Template>(StringComparer.Ordinal);
        foreach (var name in remoteNames)
        {
            var found = await session.Templates.FindAsync(call.Tenant, name, null, cancellationToken).ConfigureAwait(false);
            if (found is not null)
                remote[name] = found;
            else if (!local.ContainsKey(name))
                throw new ToolException(
                    ExitCode.NotFound,
                    $"--name: neither the folder nor the service has a template '{name}'."
                );
        }

        return new TemplateComparison(local, remote);
    }

    /// <summary>Finds what has to change on one side so that it equals the other.</summary>
    /// <param name="isToService">Whether the service changes; otherwise the folder.</param>
    /// <param name="withDeletions">Whether templates that the other side does not have are deleted.</param>
    public IReadOnlyList<TemplateChange> FindChanges(bool isToService, bool withDeletions)
    {
        var (from, to) = isToService ? (Local, Remote) : (Remote, Local);
        return
        [
            .. from
                .Keys.Union(to.Keys)
                .Order(StringComparer.Ordinal)
                .Select(name => TemplateChange.Create(name, to.GetValueOrDefault(name), from.GetValueOrDefault(name)))
                .Where(change =>
                    change.Change != TemplateChange.Unchanged && (withDeletions || change.Change != TemplateChange.Deleted)
                ),
        ];
    }

    private static async Task<IReadOnlyList<string>> ListAsync(
        ToolCall call,
        ServiceSession session,
        CancellationToken cancellationToken
    )
    {
        List<string> names = [];
        string? after = "";
        while (after is not null)
        {
            var page = await session
                .Templates.ListAsync(call.Tenant, new PageRequest { After = after, Limit = 500 }, cancellationToken)
                .ConfigureAwait(false);
            names.AddRange(page.Items.Select(item => item.Name));
            after = page.Next;
        }

        return names;
    }
}
