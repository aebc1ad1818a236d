using System.Reflection;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging.Abstractions;
using Notify.Aspire.Hosting;
using Notify.TestSupport;

namespace Notify.Aspire.Tests;

/// <summary>
/// The model of the application, without the orchestrator, which needs a container runtime: the settings that the containers get,
/// in what order they start, and the manifest of the sample.
/// </summary>
public sealed class ModelTests
{
    private readonly IDistributedApplicationBuilder _builder = DistributedApplication.CreateBuilder([]);

    [Fact]
    public async Task References_become_the_settings_of_the_reference_host()
    {
        var postgres = _builder.AddPostgres("postgres");
        var database = postgres.AddDatabase("notifications");
        var redis = _builder.AddRedis("cache");
        var notify = _builder
            .AddNotify("notify")
            .WithReference(database)
            .WithReference(redis)
            .WithSetting("Providers:mail:Type", "smtp")
            .WithSetting("Providers:mail:Password", _builder.AddParameter("mail-password", secret: true));

        var settings = await ReadSettingsAsync(notify);

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["Notify__ApiKey"] = "{notify-key.value}",
                ["Notify__ManagementPort"] = "8081",
                ["Notify__PostgreSql"] = "{notifications.connectionString}",
                ["Notify__Redis"] = "{cache.connectionString}",
                ["Notify__Providers__mail__Type"] = "smtp",
                ["Notify__Providers__mail__Password"] = "{mail-password.value}",
            },
            settings
        );
        Assert.Subset(
            notify.Resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource).ToHashSet(),
            new HashSet<IResource> { database.Resource, redis.Resource }
        );
    }

    [Fact]
    public async Task A_given_key_and_port_are_used()
    {
        var key = _builder.AddParameter("admin", secret: true);
        var notify = _builder.AddNotify("notify", key, port: 5080);

        var settings = await ReadSettingsAsync(notify);

        Assert.Equal("{admin.value}", settings["Notify__ApiKey"]);
        Assert.Equal(
            "Endpoint={notify.bindings.http.url};Key={admin.value}",
            notify.Resource.ConnectionStringExpression.ValueExpression
        );
        Assert.Equal(
            [("http", 5080, 8080), ("management", null, 8081)],
            notify
                .Resource.Annotations.OfType<EndpointAnnotation>()
                .Select(endpoint => (endpoint.Name, endpoint.Port, endpoint.TargetPort))
        );
        Assert.Single(notify.Resource.Annotations.OfType<HealthCheckAnnotation>());
    }

    [Fact]
    public async Task The_manifest_of_the_sample_connects_everything()
    {
        using var folder = new TemporaryFolder();
        var (sample, program) = (Metadata("AppHost"), Metadata("AppHostProgram"));
        string[] publish = ["--operation", "publish", "--publisher", "manifest", "--output-path", folder.File("manifest.json")];
        var environment = new Dictionary<string, string?> { ["DOTNET_EnableDiagnostics"] = "0", ["TMPDIR"] = folder.Path };

        await Command.RunAsync(sample, "dotnet", [program, .. publish], environment);

        using var manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(folder.File("manifest.json")));
        var resources = manifest.RootElement.GetProperty("resources");
        var notify = resources.GetProperty("notify");
        Assert.EndsWith("/Dockerfile", notify.GetProperty("build").GetProperty("dockerfile").GetString());
        Assert.Equal("{notifications.connectionString}", Read(notify, "Notify__PostgreSql"));
        Assert.Equal("{redis.connectionString}", Read(notify, "Notify__Redis"));
        Assert.Equal("{notify.connectionString}", Read(resources.GetProperty("shop"), "ConnectionStrings__notify"));
    }

    private static async Task<Dictionary<string, string>> ReadSettingsAsync(IResourceBuilder<NotifyResource> notify)
    {
        var context = new DistributedApplicationExecutionContext(DistributedApplicationOperation.Publish);
        var configuration = await ExecutionConfigurationBuilder
            .Create(notify.Resource)
            .WithEnvironmentVariablesConfig()
            .BuildAsync(context, NullLogger.Instance);
        return configuration
            .EnvironmentVariables.Where(variable => variable.Key.StartsWith("Notify__", StringComparison.Ordinal))
            .ToDictionary();
    }

    private static string Metadata(string key) =>
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == key).Value!;

    private static string? Read(JsonElement resource, string variable) =>
        resource.GetProperty("env").GetProperty(variable).GetString();
}
