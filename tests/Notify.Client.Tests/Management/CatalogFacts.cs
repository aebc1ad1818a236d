using System.Text.Json;

namespace Notify.Client.Tests.Management;

/// <summary>Templates, workflows, settings, keys, members and subscriptions to events.</summary>
public abstract class CatalogFacts(ManagementFixture fixture, bool isRemote) : ManagementFacts(fixture, isRemote)
{
    [Fact]
    public async Task Templates_are_saved_listed_previewed_and_deleted()
    {
        var templates = Get<ITemplateCatalog>();
        var template = new Template
        {
            Tenant = Tenant,
            Name = "order shipped",
            Track = false,
            Variants =
            [
                new TemplateVariant { Body = "Hi {{ name }}" },
                new TemplateVariant { Locale = "sv", Body = "Hej {{ name }}" },
            ],
        };

        var versions = (await templates.SaveAsync(template), await templates.SaveAsync(template with { Track = null }));
        var first = await templates.FindAsync(Tenant, template.Name, 1);
        var preview = new TemplatePreview { DataElement = JsonElement.Parse("""{"name":"Ada"}"""), Locale = "sv" };
        var rendered = await templates.PreviewAsync(template, preview);
        var page = await templates.ListVersionsAsync(Tenant, template.Name, new PageRequest { Limit = 1 });

        Assert.Equal((1, 2), versions);
        Assert.Equal(template.Variants, first!.Variants);
        Assert.Equal((1, false), (first.Version, first.Track));
        Assert.Equal("Hej Ada", Assert.Single(rendered).Content.Body);
        Assert.Equal((2, "2"), (Assert.Single(page!.Items).Version, page.Next));
        Assert.Equal(new TemplateSummary(template.Name, 2), Assert.Single((await templates.ListAsync(Tenant)).Items));
        Assert.Equal(
            ["variants[0].body template_invalid"],
            await FindFieldsAsync(() => templates.SaveAsync(template with { Variants = [new TemplateVariant { Body = "{{" }] }))
        );
        Assert.True(await templates.DeleteAsync(Tenant, template.Name));
        Assert.False(await templates.DeleteAsync(Tenant, template.Name));
        Assert.Null(await templates.FindAsync(Tenant, template.Name));
        Assert.Null(await templates.ListVersionsAsync(Tenant, template.Name));
    }

    [Fact]
    public async Task Workflows_have_versions()
    {
        await Get<ITemplateCatalog>()
            .SaveAsync(
                new Template
                {
                    Tenant = Tenant,
                    Name = "t",
                    Variants = [new TemplateVariant { Body = "{{ events.size }}" }],
                }
            );
        var workflows = Get<IWorkflows>();
        var workflow = new Workflow
        {
            Tenant = Tenant,
            Name = "remind",
            Template = "t",
            TemplateVersion = 1,
            Description = "Reminds",
            Steps =
            [
                new WorkflowStep(Channel.Email),
                new WorkflowStep(Channel.Sms) { After = TimeSpan.FromDays(1), Unless = ReceiptKind.Opened },
            ],
            Category = "reminders",
            Priority = Priority.Bulk,
            Throttle = new Throttle(3, TimeSpan.FromHours(36)),
            Delay = TimeSpan.FromMinutes(5),
            TimeToLive = TimeSpan.FromDays(2),
        };

        var saved = await workflows.SaveAsync(workflow, Precondition.DoesNotExist);
        var again = await workflows.SaveAsync(workflow, Precondition.DoesNotExist);
        var found = await workflows.FindAsync(Tenant, workflow.Name);

        Assert.Equal((ChangeStatus.Created, ChangeStatus.PreconditionFailed), (saved.Status, again.Status));
        Assert.Equal(saved.Version, found!.Version);
        Assert.Equal(
            JsonSerializer.Serialize(workflow),
            JsonSerializer.Serialize(found.Value with { SavedAt = workflow.SavedAt })
        );
        await workflows.SaveAsync(workflow with { Description = "Other" }, Precondition.HasVersion(saved.Version!));
        var back = await workflows.RollBackAsync(Tenant, workflow.Name, 1);
        Assert.Equal(("Reminds", 3), (back.Value!.Description, back.Value.Version));
        Assert.Equal([3, 2, 1], (await workflows.ListVersionsAsync(Tenant, workflow.Name))!.Items.Select(one => one.Version));
        Assert.Equal(3, Assert.Single((await workflows.ListAsync(Tenant)).Items).Version);
        Assert.Equal(ChangeStatus.Removed, await workflows.DeleteAsync(Tenant, workflow.Name));
        Assert.Equal(ChangeStatus.NotFound, await workflows.DeleteAsync(Tenant, workflow.Name));
    }

    [Fact]
    public async Task Keys_and_clients_are_created_rotated_and_revoked()
    {
        var (keys, clients) = (Get<IApiKeys>(), Get<IClients>());
        const ApiScope Scopes = ApiScope.Send | ApiScope.Read;

        var key = await keys.CreateAsync(
            new ApiKeyDraft
            {
                Tenant = Tenant,
                Name = "shop",
                Scopes = Scopes,
                Kind = ApiKeyKind.Team,
            }
        );
        var rotated = await keys.RotateAsync(Tenant, key.Key.Id, TimeSpan.FromHours(36));
        var client = await clients.CreateAsync(
            new ApiClientDraft
            {
                Tenant = Tenant,
                Name = "shop",
                Scopes = Scopes,
            }
        );

        Assert.Equal(("shop", Scopes, ApiKeyKind.Team, Tenant), (key.Key.Name, key.Key.Scopes, key.Key.Kind, key.Key.Tenant));
        Assert.NotEqual(key.Secret, rotated!.Secret);
        Assert.Equal(TimeSpan.FromHours(36), rotated.Key.PreviousUntil - rotated.Key.RotatedAt);
        Assert.Equal(rotated.Key, await keys.FindAsync(Tenant, key.Key.Id));
        Assert.Equal(rotated.Key, Assert.Single((await keys.ListAsync(Tenant)).Items));
        Assert.Equal(client.Client, Assert.Single((await clients.ListAsync(Tenant)).Items));
        Assert.Equal(
            ["name required", "scopes required"],
            await FindFieldsAsync(() =>
                keys.CreateAsync(
                    new ApiKeyDraft
                    {
                        Tenant = Tenant,
                        Name = "",
                        Scopes = 0,
                    }
                )
            )
        );
        Assert.Equal((true, false), (await keys.RevokeAsync(Tenant, key.Key.Id), await keys.RevokeAsync(Tenant, key.Key.Id)));
        Assert.True(await clients.RevokeAsync(Tenant, client.Client.Id));
        Assert.Null(await keys.FindAsync(Tenant, key.Key.Id));
        Assert.Null(await clients.FindAsync(Tenant, client.Client.Id));
    }

    [Fact]
    public async Task Settings_and_members_are_saved()
    {
        var (members, teams, tracking) = (Get<IMembers>(), Get<ITeams>(), Get<ITracking>());

        var saved = await members.SaveAsync(
            new Member
            {
                Tenant = Tenant,
                Id = "ada@example.org",
                Role = MemberRole.Manager,
                Name = "Ada",
            }
        );
        var found = await members.FindAsync(Tenant, "ada@example.org");
        var late = await members.SaveAsync(found!.Value, Precondition.DoesNotExist);
        await teams.SaveAsync(Tenant, new Team { Users = ["ada"], Addresses = ["ada@example.org"] });
        await tracking.SaveAsync(Tenant, new TrackingSettings { Clicks = true });

        Assert.Equal((ChangeStatus.Created, found.Version), (saved.Status, saved.Version));
        Assert.Equal((MemberRole.Manager, "Ada"), (found.Value.Role, found.Value.Name));
        Assert.Equal(found.Value, Assert.Single((await members.ListAsync(Tenant)).Items));
        Assert.Equal(ChangeStatus.PreconditionFailed, late.Status);
        Assert.Equal(["ada"], (await teams.FindAsync(Tenant)).Users);
        Assert.Equal(new TrackingSettings { Clicks = true }, await tracking.FindAsync(Tenant));
        Assert.Equal(ChangeStatus.Removed, await members.RemoveAsync(Tenant, "ada@example.org"));
    }

    [Fact]
    public async Task Event_subscriptions_are_created_replaced_and_deleted()
    {
        var subscriptions = Get<IEventSubscriptions>();
        var draft = new EventSubscriptionDraft
        {
            Tenant = Tenant,
            Url = "https://example.org/hook",
            Types = ["delivery.*"],
        };

        var issued = await subscriptions.CreateAsync(draft);
        var id = issued.Subscription.Id;
        var replaced = await subscriptions.ReplaceAsync(
            id,
            draft with
            {
                IsEnabled = false,
            },
            Precondition.HasVersion(issued.Version)
        );
        var late = await subscriptions.ReplaceAsync(id, draft, Precondition.HasVersion(issued.Version));
        var found = await subscriptions.FindAsync(Tenant, id);
        var rotated = await subscriptions.RotateSecretAsync(Tenant, id);

        Assert.Equal((ChangeStatus.Changed, false), (replaced.Status, replaced.Value!.IsEnabled));
        Assert.Equal(ChangeStatus.PreconditionFailed, late.Status);
        Assert.Equal((found!.Version, found.Value.Url), (replaced.Version, draft.Url));
        Assert.NotEqual(issued.Secret, rotated!.Secret);
        Assert.Equal(id, Assert.Single((await subscriptions.ListAsync(Tenant)).Items).Id);
        Assert.Equal(
            ["types[0] invalid"],
            await FindFieldsAsync(() => subscriptions.CreateAsync(draft with { Types = ["other"] }))
        );
        Assert.Equal(ChangeStatus.Removed, await subscriptions.DeleteAsync(Tenant, id));
        Assert.Null(await subscriptions.FindAsync(Tenant, id));
    }

    [Fact]
    public async Task Users_and_devices_are_imported_and_exported_by_jobs()
    {
        var jobs = Get<IJobs>();
        var user = new User
        {
            Tenant = Tenant,
            Id = "ada",
            Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
        };
        var device = new Device
        {
            Tenant = Tenant,
            UserId = "ada",
            Id = "phone",
            Platform = Platform.Android,
            Token = new string('t', 64),
        };

        var users = await WaitAsync(
            await jobs.ImportUsersAsync(Tenant, CreateLines(user, user with { Id = "bob", Locale = "no locale" }))
        );
        var devices = await WaitAsync(await jobs.ImportDevicesAsync(Tenant, CreateLines(device)));
        var export = await WaitAsync(await jobs.ExportUsersAsync(Tenant));

        Assert.Equal((JobState.Completed, 1, 1), (users.State, users.Done - users.Failed, users.Failed));
        Assert.Equal((JobKinds.ImportDevices, 0), (devices.Kind, devices.Failed));
        var error = Assert.Single(await jobs.ListErrorsAsync(Tenant, users.Id).ToListAsync());
        Assert.Equal((2, "bob", "locale"), (error.Line, error.Id, Assert.Single(error.Errors).Field));
        var result = await jobs.ReadResultAsync(Tenant, export.Id)
            .SelectMany(part => part.ToArray().ToAsyncEnumerable())
            .ToArrayAsync();
        Assert.Equal("ada", JsonElement.Parse(result).GetProperty("id").GetString());
        Assert.Equal(3, (await jobs.ListAsync(Tenant, new PageRequest())).Items.Count);
        Assert.Equal(["days out_of_range"], await FindFieldsAsync(() => jobs.PruneStaleDevicesAsync(Tenant, 0)));
        var erasure = await jobs.EraseUserAsync(Tenant, "ada");
        Assert.Equal((JobKinds.EraseUser, "ada"), (erasure.Kind, erasure.UserId));
        Assert.Equal(erasure.Id, (await jobs.CancelAsync(Tenant, erasure.Id))!.Id);
        Assert.Null(await jobs.FindAsync(Tenant, Guid.NewGuid()));
        Assert.Null(await jobs.CancelAsync(Tenant, Guid.NewGuid()));

        async Task<Job> WaitAsync(Job started)
        {
            Job? job = null;
            await TestSupport.Eventually.TrueAsync(
                async () => (job = await jobs.FindAsync(Tenant, started.Id))!.EndedAt is not null,
                $"the end of {started.Kind}"
            );
            return job!;
        }
    }

    private static IAsyncEnumerable<ImportLine<TItem>> CreateLines<TItem>(params TItem[] items)
        where TItem : class => items.Select((item, i) => new ImportLine<TItem> { Line = i + 1, Item = item }).ToAsyncEnumerable();
}

/// <summary>The catalogs of an application that embeds Notify.</summary>
public sealed class EmbeddedCatalogTests(ManagementFixture fixture) : CatalogFacts(fixture, isRemote: false);

/// <summary>The catalogs of a service.</summary>
public sealed class RemoteCatalogTests(ManagementFixture fixture) : CatalogFacts(fixture, isRemote: true);
