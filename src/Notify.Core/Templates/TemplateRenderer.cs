using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Notify.Core.Timing;
using Notify.Storage;

namespace Notify.Core.Templates;

/// <summary>
/// Renders a trigger's template when the trigger is accepted, in every language and for every channel that it may use. A missing
/// variable is thus an error of the caller, and all deliveries of a broadcast share the rendered contents. A template that uses
/// <c>recipient</c> is rendered later, for each recipient, by <see cref="PersonalTemplate"/>.
/// </summary>
internal sealed class TemplateRenderer(
    ITemplateStore templates,
    TemplatePartReader partReader,
    IUserStore users,
    IDeviceStore devices,
    ContentRules rules,
    IOptions<NotificationsOptions> options,
    TimeProvider time
)
{
    /// <summary>The maximum number of time zones per notification without topics. Recipients in other zones see UTC.</summary>
    private const int MaxTimeZones = 12;

    /// <summary>The maximum number of cached templates. One takes about ten times the memory of its source.</summary>
    private const int MaxCached = 1_000;

    /// <summary>How long a cached template is used before the store is checked for a newer version.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the version of a digest's template is kept after the digest is due, and that of a template that is rendered for
    /// each subscriber after the trigger. This covers the time zone of a user, retries, a long broadcast, and events that do not
    /// fit into the first summary.
    /// </summary>
    private static readonly TimeSpan KeptAfterDue = TimeSpan.FromDays(40);

    /// <summary>How much longer than needed a version is kept, so that the following triggers need not extend it again.</summary>
    private static readonly TimeSpan KeptAhead = TimeSpan.FromDays(1);

    private static readonly RenderZone[] OnlyUtc = [RenderZone.Utc];

    /// <summary>The compiled templates by their version; null for the newest.</summary>
    private readonly ConcurrentDictionary<
        (string Tenant, string Name, int? Version),
        (CompiledTemplate Template, DateTimeOffset ReadAt)
    > _known = new();

    /// <summary>The number of changes that this process made to templates.</summary>
    private long _changes;

    /// <summary>
    /// Renders a trigger's contents within <see cref="TemplateLimits"/>. Errors of the template or the data, which a retry would
    /// not fix, are added to <paramref name="errors"/>. All other errors are thrown.
    /// </summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="version">The version with which the events of a digest were accepted, which the newest replaces if it is no
    /// longer kept; null for the version that the trigger asks for.</param>
    /// <param name="errors">Receives the errors.</param>
    /// <param name="cancellationToken">Cancels the rendering.</param>
    /// <exception cref="OperationCanceledException">The rendering was cancelled.</exception>
    public async ValueTask<RenderedContents> RenderAsync(
        Trigger trigger,
        int? version,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        if (trigger.Content is { } content)
            return new RenderedContents([new ContentVariant(null, null, trigger.Mark(content))], null);
        if (trigger.Template is not { } name)
            return new RenderedContents([], null);

        var compiled = version is null
            ? await FindAskedAsync(trigger, name, errors, cancellationToken).ConfigureAwait(false)
            : await FindAsync(trigger.Tenant, name, version, errors, cancellationToken).ConfigureAwait(false);
        if (compiled is null)
            return new RenderedContents([], null);

        var budget = new RenderBudget(options.Value.Templates, time, cancellationToken);
        if (IsRenderedForEach(compiled, trigger))
            return await TryAsync(trigger, compiled, budget, version is null, errors, cancellationToken).ConfigureAwait(false);

        var zones =
            compiled.ShowsDates && errors.Count == 0
                ? await FindZonesAsync(trigger, cancellationToken).ConfigureAwait(false)
                : OnlyUtc;
        // The summary of a digest is not checked: one delivery that a vendor rejects is better than no summary at all.
        var request = RenderRequest.From(
            trigger,
            zones,
            time,
            version is null ? (variant, isFor) => rules.FindErrors(trigger, variant, isFor) : null
        );
        var contents = compiled.Render(request, budget, errors);
        if (trigger.Track == false)
            contents = [.. contents.Select(variant => variant with { Content = trigger.Mark(variant.Content) })];
        if (trigger.Digest is { } digest && errors.Count == 0)
            await KeepVersionAsync(trigger, compiled, digest, errors, cancellationToken).ConfigureAwait(false);
        return new RenderedContents(contents, compiled.Version) { IsChecked = version is null };
    }

    /// <summary>
    /// Finds the template of a notification whose recipients do not share their contents, in the version with which it was
    /// accepted.
    /// </summary>
    /// <param name="notification">The notification.</param>
    /// <param name="isChecked">Whether rendered contents must follow the rules for contents.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InvalidRequestException">The template was deleted meanwhile.</exception>
    public async ValueTask<PersonalTemplate> FindPersonalAsync(
        Notification notification,
        bool isChecked,
        CancellationToken cancellationToken
    )
    {
        var errors = new List<FieldError>();
        var (trigger, version) = (notification.Trigger, notification.TemplateVersion);
        var compiled = await FindAsync(trigger.Tenant, trigger.Template!, version, errors, cancellationToken)
            .ConfigureAwait(false);
        InvalidRequestException.ThrowIfAny(errors);
        return new PersonalTemplate(compiled!, trigger, isChecked ? rules : null, options.Value.Templates, time);
    }

    // If only some recipients have data, the others share contents.
    private static bool IsRenderedForEach(CompiledTemplate compiled, Trigger trigger) =>
        compiled.IsPersonal || trigger.To?.All(recipient => recipient?.DataElement is not null) == true;

    // The recipients that the trigger names are rendered when their deliveries are planned, and so are the subscribers of topics,
    // in batches. Only what would be missing for all of those is already an error here.
    private async ValueTask<RenderedContents> TryAsync(
        Trigger trigger,
        CompiledTemplate compiled,
        RenderBudget budget,
        bool isChecked,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        // The trigger may have errors.
        var hasSubscribers = errors.Count == 0 && trigger.Topics().Count > 0;
        var request = RenderRequest.From(trigger, OnlyUtc, time, check: null) with
        {
            Recipient = new AnyRecipient(),
            HasSubscribers = hasSubscribers,
        };
        compiled.Try(request, budget, errors);
        if (errors.Count == 0 && (hasSubscribers || trigger.Digest is not null))
            await KeepVersionAsync(trigger, compiled, trigger.Digest, errors, cancellationToken).ConfigureAwait(false);
        return new RenderedContents([], compiled.Version) { IsChecked = isChecked };
    }

    // The subscribers of topics are not known yet, so they may be anywhere. Direct addresses see UTC. A trigger that a digest
    // collects is rendered here only to validate it, so UTC is enough.
    private async ValueTask<IReadOnlyList<RenderZone>> FindZonesAsync(Trigger trigger, CancellationToken cancellationToken)
    {
        if (trigger.Digest is not null)
            return OnlyUtc;
        if (trigger.Topics().Count > 0)
            return RenderZone.Everywhere;

        string[] ids =
        [
            .. trigger
                .To.Where(recipient => recipient.Kind == RecipientKind.User)
                .Select(recipient => recipient.Value)
                .Distinct(),
        ];
        if (ids.Length == 0)
            return OnlyUtc;

        var found = await users.FindAsync(trigger.Tenant, ids, cancellationToken).ConfigureAwait(false);
        var theirs = await devices.FindAsync(trigger.Tenant, ids, cancellationToken).ConfigureAwait(false);
        string?[] zones =
        [
            .. found
                .Select(user => user.User)
                .OfType<User>()
                .Select(user => user.TimeZone)
                .Concat(theirs.Select(device => device.TimeZone).OfType<string>())
                .Concat(trigger.To.Any(recipient => recipient.Kind != RecipientKind.User) ? [null] : Array.Empty<string?>())
                .Distinct(),
        ];
        if (zones.Length > MaxTimeZones)
            zones = [.. zones.OfType<string>().Take(MaxTimeZones - 1), null];
        return [.. zones.Select(RenderZone.From)];
    }

    private async ValueTask KeepVersionAsync(
        Trigger trigger,
        CompiledTemplate compiled,
        Digest? digest,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var until = (digest is null ? now : DigestSchedule.GetDueTime(digest, now, null)) + KeptAfterDue;
        if (Volatile.Read(ref compiled.KeptUntil) >= until.UtcTicks)
            return;

        until += KeptAhead;
        await templates
            .KeepAsync(trigger.Tenant, trigger.Template!, compiled.Version, until, cancellationToken)
            .ConfigureAwait(false);
        // An old version may have been deleted between reading and keeping it, because another process saved a new one.
        if (
            trigger.TemplateVersion is { } asked
            && await templates.FindAsync(trigger.Tenant, trigger.Template!, asked, cancellationToken).ConfigureAwait(false)
                is null
        )
        {
            errors.Add(DescribeNoVersion(asked));
            return;
        }

        Volatile.Write(ref compiled.KeptUntil, until.UtcTicks);
    }

    // The version that a caller asks for must exist.
    private async ValueTask<CompiledTemplate?> FindAskedAsync(
        Trigger trigger,
        string name,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        var asked = trigger.TemplateVersion;
        var before = errors.Count;
        var found = await FindAsync(trigger.Tenant, name, asked, errors, cancellationToken).ConfigureAwait(false);
        if (asked is null || found is null || found.Version == asked)
            return found;

        if (errors.Count == before)
            errors.Add(DescribeNoVersion(asked.Value));
        return null;
    }

    private static FieldError DescribeNoVersion(int version) =>
        new(
            "template.version",
            FieldErrorCodes.NotFound,
            $"The template has no version {version}, or it is no longer kept. Omit the version to use the newest."
        );

    private async ValueTask<CompiledTemplate?> FindAsync(
        string tenant,
        string name,
        int? version,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        // The faults of the newest version do not matter if another one is used.
        List<FieldError> faults = [];
        if (await ReadAsync(tenant, name, null, faults, cancellationToken).ConfigureAwait(false) is not { } newest)
        {
            errors.Add(new FieldError("template", FieldErrorCodes.NotFound, "There is no template with this name."));
            return null;
        }

        if (
            version is not null
            && newest.Compiled?.Version != version
            && await ReadAsync(tenant, name, version, errors, cancellationToken).ConfigureAwait(false) is { } older
        )
            return older.Compiled;

        errors.AddRange(faults);
        return newest.Compiled;
    }

    /// <summary>Reads a version of a template from the cache or the store; null if it does not exist.</summary>
    private async ValueTask<ReadTemplate?> ReadAsync(
        string tenant,
        string name,
        int? version,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var key = (tenant, name, version);
        if (_known.TryGetValue(key, out var known) && (now - known.ReadAt).Duration() < Fresh)
            return new ReadTemplate(known.Template);

        var changes = Volatile.Read(ref _changes);
        var template = await templates.FindAsync(tenant, name, version, cancellationToken).ConfigureAwait(false);
        if (template is null)
        {
            _known.TryRemove(key, out _);
            return null;
        }

        List<FieldError> faults = [];
        var parts = await partReader.ReadAsync(template, faults, cancellationToken).ConfigureAwait(false);
        var isSame = faults.Count == 0 && IsSame(known.Template, template) && known.Template.Parts.AreSame(parts);
        var compiled = isSame ? known.Template : Compile(template, parts, faults, errors);
        // A template that was read before a change and arrives after it must not hide the change.
        if (compiled is not null && Volatile.Read(ref _changes) == changes)
            Cache(key, compiled, now);
        return new ReadTemplate(compiled);
    }

    /// <summary>
    /// Removes a template from the cache because this process saved or deleted it: its next trigger uses the change. Other
    /// processes follow within a second.
    /// </summary>
    public void Forget(string tenant, string name)
    {
        Interlocked.Increment(ref _changes);
        foreach (var (key, known) in _known)
        {
            if (key.Tenant == tenant && (key.Name == name || known.Template.Parts.Versions.ContainsKey(name)))
                _known.TryRemove(key, out _);
        }
    }

    // The template was validated when it was saved, but the limits and the templates that it renders may have changed since.
    private CompiledTemplate? Compile(Template template, TemplateParts parts, List<FieldError> faults, List<FieldError> errors)
    {
        var compiled = faults.Count > 0 ? null : CompiledTemplate.Compile(template, parts, options.Value.Templates, faults);
        errors.AddRange(
            faults.Select(fault => new FieldError(
                "template",
                FieldErrorCodes.TemplateInvalid,
                $"The template cannot be used. {fault.Field}: {fault.Message}"
            ))
        );
        return compiled;
    }

    private void Cache((string Tenant, string Name, int? Version) key, CompiledTemplate compiled, DateTimeOffset now)
    {
        if (_known.Count >= MaxCached && !_known.ContainsKey(key))
            _known.Clear();
        _known[key] = (compiled, now);
    }

    private static bool IsSame([NotNullWhen(true)] CompiledTemplate? known, Template template) =>
        known is not null && known.Version == template.Version && known.SavedAt == template.SavedAt;

    /// <summary>A template that exists; null if it cannot be used.</summary>
    private readonly record struct ReadTemplate(CompiledTemplate? Compiled);
}

/// <summary>
/// A trigger's contents, and the version of the template that they were rendered with; null without a template.
/// </summary>
internal readonly record struct RenderedContents(IReadOnlyList<ContentVariant> Contents, int? TemplateVersion)
{
    /// <summary>Gets whether the contents must follow the rules for contents. The summary of a digest need not.</summary>
    public bool IsChecked { get; init; }
}
