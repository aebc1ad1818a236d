using System.Collections.Concurrent;
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

    private readonly ConcurrentDictionary<
        (string Tenant, string Name),
        (CompiledTemplate Template, DateTimeOffset ReadAt)
    > _newest = new();

    /// <summary>The number of changes that this process made to templates.</summary>
    private long _changes;

    /// <summary>
    /// Renders a trigger's contents within <see cref="TemplateLimits"/>. Errors of the template or the data, which a retry would
    /// not fix, are added to <paramref name="errors"/>. All other errors are thrown.
    /// </summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="version">The version of the template; null for the newest. The newest also replaces a version that is no
    /// longer kept.</param>
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
            return new RenderedContents([new ContentVariant(null, null, content)], null);
        if (trigger.Template is not { } name)
            return new RenderedContents([], null);

        var compiled = await FindAsync(trigger.Tenant, name, version, errors, cancellationToken).ConfigureAwait(false);
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
        if (trigger.Digest is { } digest && errors.Count == 0)
            await KeepVersionAsync(trigger, compiled, digest, cancellationToken).ConfigureAwait(false);
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
        var hasSubscribers = errors.Count == 0 && trigger.Topics().Any();
        var request = RenderRequest.From(trigger, OnlyUtc, time, check: null) with
        {
            Recipient = new AnyRecipient(),
            HasSubscribers = hasSubscribers,
        };
        compiled.Try(request, budget, errors);
        if (errors.Count == 0 && (hasSubscribers || trigger.Digest is not null))
            await KeepVersionAsync(trigger, compiled, trigger.Digest, cancellationToken).ConfigureAwait(false);
        return new RenderedContents([], compiled.Version) { IsChecked = isChecked };
    }

    // The subscribers of topics are not known yet, so they may be anywhere. Direct addresses see UTC. A trigger that a digest
    // collects is rendered here only to validate it, so UTC is enough.
    private async ValueTask<IReadOnlyList<RenderZone>> FindZonesAsync(Trigger trigger, CancellationToken cancellationToken)
    {
        if (trigger.Digest is not null)
            return OnlyUtc;
        if (trigger.Topics().Any())
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
        Volatile.Write(ref compiled.KeptUntil, until.UtcTicks);
    }

    private async ValueTask<CompiledTemplate?> FindAsync(
        string tenant,
        string name,
        int? version,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        var newest = await FindAsync(tenant, name, errors, cancellationToken).ConfigureAwait(false);
        if (newest is null || version is null || newest.Version == version)
            return newest;

        var template = await templates.FindAsync(tenant, name, version, cancellationToken).ConfigureAwait(false);
        return template is null ? newest : Compile(template, errors);
    }

    private async ValueTask<CompiledTemplate?> FindAsync(
        string tenant,
        string name,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        if (_newest.TryGetValue((tenant, name), out var known) && (now - known.ReadAt).Duration() < Fresh)
            return known.Template;

        var changes = Volatile.Read(ref _changes);
        var template = await templates.FindAsync(tenant, name, null, cancellationToken).ConfigureAwait(false);
        if (template is null)
        {
            _newest.TryRemove((tenant, name), out _);
            errors.Add(new FieldError("template", FieldErrorCodes.NotFound, "There is no template with this name."));
            return null;
        }

        var compiled = IsSame(known.Template, template) ? known.Template : Compile(template, errors);
        // A template that was read before a change and arrives after it must not hide the change.
        if (compiled is not null && Volatile.Read(ref _changes) == changes)
            Cache((tenant, name), compiled, now);
        return compiled;
    }

    /// <summary>
    /// Removes a template from the cache because this process saved or deleted it: its next trigger uses the change. Other
    /// processes follow within a second.
    /// </summary>
    public void Forget(string tenant, string name)
    {
        Interlocked.Increment(ref _changes);
        _newest.TryRemove((tenant, name), out _);
    }

    // The template was validated when it was saved, but the limits may have changed since.
    private CompiledTemplate? Compile(Template template, List<FieldError> errors)
    {
        List<FieldError> faults = [];
        var compiled = CompiledTemplate.Compile(template, options.Value.Templates, faults);
        errors.AddRange(
            faults.Select(fault => new FieldError(
                "template",
                FieldErrorCodes.TemplateInvalid,
                $"The template cannot be used. {fault.Field}: {fault.Message}"
            ))
        );
        return compiled;
    }

    private void Cache((string Tenant, string Name) key, CompiledTemplate compiled, DateTimeOffset now)
    {
        if (_newest.Count >= MaxCached && !_newest.ContainsKey(key))
            _newest.Clear();
        _newest[key] = (compiled, now);
    }

    private static bool IsSame(CompiledTemplate? known, Template template) =>
        known is not null && known.Version == template.Version && known.SavedAt == template.SavedAt;
}

/// <summary>
/// A trigger's contents, and the version of the template that they were rendered with; null without a template.
/// </summary>
internal readonly record struct RenderedContents(IReadOnlyList<ContentVariant> Contents, int? TemplateVersion)
{
    /// <summary>Gets whether the contents must follow the rules for contents. The summary of a digest need not.</summary>
    public bool IsChecked { get; init; }
}
