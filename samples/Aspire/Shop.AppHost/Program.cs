using Aspire.Hosting;

var builder = DistributedApplication.CreateBuilder(args);

var database = builder.AddPostgres("postgres").AddDatabase("notifications");
var redis = builder.AddRedis("redis");

// Builds the image of the reference host from this repository.
var notify = builder.AddNotify("notify").WithDockerfile("../../..").WithReference(database).WithReference(redis);

builder.AddProject("shop", "../Shop/Shop.csproj").WithReference(notify).WaitFor(notify).WithExternalHttpEndpoints();

builder.Build().Run();
