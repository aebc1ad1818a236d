using System.CommandLine;
using System.Globalization;
using Notify.Cli.Commands;
using Notify.Cli.Output;
using Notify.Cli.Service;

namespace Notify.Cli.Keys;

/// <summary><c>notify keys</c>: manages API keys.</summary>
internal static class KeyCommands
{
    private static readonly Dictionary<string, ApiScope> Scopes = new(StringComparer.Ordinal)
    {
        ["send"] = ApiScope.Send,
        ["read"] = ApiScope.Read,
        ["manage"] = ApiScope.Manage,
        ["admin"] = ApiScope.Admin,
        ["platform"] = ApiScope.Platform,
    };

    private static readonly Option<string> Name = ToolOptions.RequiredText("--name", "The name of the user of the key.", "name");

    private static readonly Option<string[]> Scope = ToolOptions.Choices(
        "--scope",
        "A permission. May be repeated; at least one is required.",
        [.. Scopes.Keys]
    );

    private static readonly Option<string?> Kind = ToolOptions.Choice(
        "--kind",
        "Where notifications of the key go.",
        "live",
        "test",
        "team"
    );

    private static readonly Option<DateTimeOffset?> ExpiresAt = ToolOptions.Time(
        "--expires-at",
        "The time after which it is refused."
    );

    private static readonly Option<TimeSpan?> Overlap = ToolOptions.Duration(
        "--overlap",
        "How long the previous secret is accepted, such as 12h; 0 if it was leaked. Default: 1d."
    );

    private static readonly Argument<Guid> Id = ToolOptions.Id("id", "The ID of the key.");

    public static Command Create() =>
        new("keys", "Manages the API keys of a tenant. Your own key needs the scope admin.")
        {
            new Command("create", "Creates a key, and prints its secret, which cannot be shown again.")
            {
                Name,
                Scope,
                Kind,
                ExpiresAt,
            }.Run(CreateAsync),
            new Command("list", "Lists the keys, without secrets.").Run(ListAsync),
            new Command("rotate", "Replaces the secret of a key, and prints the new one.") { Id, Overlap }.Run(RotateAsync),
            new Command("revoke", "Revokes a key for good.") { Id }.Run(RevokeAsync),
        };

    private static async Task<int> CreateAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken)
    {
        var draft = new ApiKeyDraft
        {
            Tenant = call.Tenant,
            Name = call.Get(Name),
            Scopes = call.Get(Scope).Aggregate(ApiScope.None, (scopes, scope) => scopes | Scopes[scope]),
            Kind = Enum.Parse<ApiKeyKind>(call.Get(Kind) ?? "live", ignoreCase: true),
            ExpiresAt = call.Get(ExpiresAt),
        };
        if (draft.Scopes == ApiScope.None)
            throw ToolException.CreateUsage($"--scope is required: {string.Join(", ", Scopes.Keys)}.");
        return Write(call, await session.Keys.CreateAsync(draft, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<int> RotateAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken) =>
        Write(
            call,
            await session.Keys.RotateAsync(call.Tenant, call.Get(Id), call.Get(Overlap), cancellationToken).ConfigureAwait(false)
                ?? throw CreateNotFound(call)
        );

    private static async Task<int> RevokeAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken)
    {
        if (!await session.Keys.RevokeAsync(call.Tenant, call.Get(Id), cancellationToken).ConfigureAwait(false))
            throw CreateNotFound(call);
        call.Report.Write(new RevokedKeyView(call.Get(Id), true), ToolJson.Default.RevokedKeyView, () =>
            call.Report.WriteLine($"The key {call.Get(Id)} was revoked.")
        );
        return ExitCode.Done;
    }

    private static async Task<int> ListAsync(ToolCall call, ServiceSession session, CancellationToken cancellationToken)
    {
        List<KeyView> keys = [];
        string? after = "";
        while (after is not null)
        {
            var page = new PageRequest { After = after, Limit = 500 };
            var found = await session.Keys.ListAsync(call.Tenant, page, cancellationToken).ConfigureAwait(false);
            keys.AddRange(found.Items.Select(KeyView.Create));
            after = found.Next;
        }

        call.Report.Write(new KeysView(keys), ToolJson.Default.KeysView, () =>
            call.Report.WriteTable(
                ["ID", "Name", "Kind", "Scopes", "Start", "Last used", "Expires"],
                keys.Select(key =>
                    (IReadOnlyList<string>)
                        [
                            $"{key.Id}",
                            key.Name,
                            key.Kind,
                            string.Join(' ', key.Scopes),
                            key.Start,
                            Format(key.LastUsedAt) ?? "never",
                            Format(key.ExpiresAt) ?? "never",
                        ]
                )
            )
        );
        return ExitCode.Done;
    }

    // The secret is the only line of the standard output, so that a script can read it.
    private static int Write(ToolCall call, IssuedApiKey issued)
    {
        call.Report.Write(new IssuedKeyView(KeyView.Create(issued.Key), issued.Secret), ToolJson.Default.IssuedKeyView, () =>
            call.Report.WriteLine(issued.Secret)
        );
        call.Report.WriteNote($"This is the secret of the key {issued.Key.Id}. It cannot be shown again.");
        if (Format(issued.Key.PreviousUntil) is { } until)
            call.Report.WriteNote($"The previous secret is accepted until {until}.");
        return ExitCode.Done;
    }

    private static ToolException CreateNotFound(ToolCall call) => ToolException.CreateNotFound("key", call.Get(Id));

    private static string? Format(DateTimeOffset? time) =>
        time?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    internal static IReadOnlyList<string> GetNames(ApiScope scopes) =>
        [.. Scopes.Where(scope => scopes.HasFlag(scope.Value)).Select(scope => scope.Key)];
}

/// <summary>A key as --json shows it.</summary>
internal sealed record KeyView(
    Guid Id,
    string Name,
    string Tenant,
    string Kind,
    IReadOnlyList<string> Scopes,
    string Start,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? PreviousUntil
)
{
    public static KeyView Create(ApiKey key) =>
        new(
            key.Id,
            key.Name,
            key.Tenant,
            EnumNames.Get(key.Kind),
            KeyCommands.GetNames(key.Scopes),
            key.Start,
            key.CreatedAt,
            key.ExpiresAt,
            key.LastUsedAt,
            key.PreviousUntil
        );
}

/// <summary>The keys as --json shows them.</summary>
internal sealed record KeysView(IReadOnlyList<KeyView> Items);

/// <summary>A key with its secret as --json shows it.</summary>
internal sealed record IssuedKeyView(KeyView Key, string Secret)
{
    // A record would write the secret.
    public override string ToString() => $"{Key.Id}";
}

/// <summary>A key that was revoked.</summary>
internal sealed record RevokedKeyView(Guid Id, bool Revoked);
